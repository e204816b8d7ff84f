from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.trial import TrialState

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.spaces import MLPSpace
from optuna_nasbot.visualization import to_text


def test_best_network_with_value_and_cost(run: Any, pool: Any) -> None:
    code, out, err = run("show")
    assert (code, err) == (0, "")
    head, value, accuracy, _, *drawing = out.splitlines()
    assert head == "'net' of trial 1, study 'nets', place 1 of 5 completed trials"
    assert value.split() == ["value", "0.125"]
    assert accuracy.split() == ["accuracy", "0.75"]
    assert "\n".join(drawing) == to_text(pool[1])


def test_parameters_are_counted_for_the_size_of_the_data(run: Any, pool: Any) -> None:
    _, out, _ = run("show", "--inputs", 7, "--outputs", 2)
    assert f"{count_parameters(pool[1], inputs=7, outputs=2):,} parameters" in out


def test_parameters_and_origin_of_a_trial(run: Any) -> None:
    study = optuna.create_study(
        study_name="searched",
        storage=run.storage,
        sampler=NASBOTSampler(seed=0, n_startup_trials=2),
    )

    def objective(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "net", MLPSpace(max_layers=8, max_units=32))
        return -trial.number + trial.suggest_float("lr", 0.25, 0.25)

    study.optimize(objective, n_trials=5)
    _, out, _ = run("show", "--study", "searched")
    assert re.search(r"lr +0\.25\n", out)
    parent = study.best_trial.user_attrs["architecture:net:origin"]["parent"]
    assert re.search(rf"made from +trial {parent}'s network after \w+", out)


def test_parameters_of_any_sort_are_shown_beside_the_network(
    run: Any, make_study: Any, pool: Any
) -> None:
    distributions = {
        "lr": optuna.distributions.FloatDistribution(1e-5, 1e-1, log=True),
        "batch_size": optuna.distributions.IntDistribution(16, 256),
        "optimizer": optuna.distributions.CategoricalDistribution(["adam", None]),
    }
    trials = [
        create_architecture_trial(
            {"net": network},
            value=value,
            params={"lr": 0.00123456789 * value, "batch_size": 64, "optimizer": None},
            distributions=distributions,
        )
        for network, value in zip(pool, (1.0, 2.0), strict=False)
    ]
    make_study(*trials, study_name="tuned")
    for options, lr in (((), "0.00123457"), (("--trial", 1), "0.00246914")):
        lines = run("show", "--study", "tuned", *options)[1].splitlines()
        assert [line.split() for line in lines[2:5]] == [
            ["lr", lr],
            ["batch_size", "64"],
            ["optimizer", "None"],
        ]


def test_metric_names_are_used(run: Any, make_study: Any, pool: Any) -> None:
    trial = create_architecture_trial({"net": pool[0]}, value=1.0)
    make_study(trial, study_name="named")
    optuna.load_study(study_name="named", storage=run.storage).set_metric_names(["loss"])
    assert re.search(r"loss +1\n", run("show", "--study", "named")[1])


def test_attribute_and_parameter_of_one_name_are_both_shown(run: Any, pool: Any) -> None:
    trial = create_architecture_trial(
        {"net": pool[0]},
        value=1.0,
        params={"lr": 0.25},
        distributions={"lr": optuna.distributions.FloatDistribution(0, 1)},
        user_attrs={"lr": "by hand"},
    )
    study = optuna.create_study(study_name="twice", storage=run.storage)
    study.add_trial(trial)
    out = run("show", "--study", "twice")[1]
    assert re.search(r"lr +0\.25\n +lr +by hand\n", out)


def test_trial_that_breaks_constraints(run: Any, pool: Any) -> None:
    study = optuna.create_study(study_name="bound", storage=run.storage)
    for network, constraint in zip(pool, (1.0, 0.0), strict=False):
        carried = create_architecture_trial({"net": network}, value=constraint)
        study.add_trial(
            optuna.create_trial(
                value=-constraint,
                user_attrs=carried.user_attrs,
                system_attrs={"constraints": [constraint]},
            )
        )
    best, broken = (run("show", "--study", "bound", *more)[1] for more in ((), ("--trial", 0)))
    assert "place 1 of the 1 completed trials that satisfy all constraints" in best
    assert "trial 0, study 'bound', breaks constraints" in broken
    assert re.search(r"constraint 0 +satisfied with 0 to spare\n", best)
    assert re.search(r"constraint 0 +broken by 1\n", broken)


def several(run: Any, values: Sequence[tuple[float, float]], pool: Any) -> optuna.Study:
    """Store a study of two objectives."""
    study = optuna.create_study(
        study_name="several", storage=run.storage, directions=["maximize", "minimize"]
    )
    for i, each in enumerate(values):
        study.add_trial(create_architecture_trial({"net": pool[i % 10]}, values=each))
    return study


def test_several_objectives_give_the_front_by_the_first_one(run: Any, pool: Any) -> None:
    several(run, [(1.0, 1.0), (0.0, 9.0), (3.0, 2.5)], pool).set_metric_names(["speed", "loss"])
    code, out, err = run("show", "--study", "several", "--inputs", 7, "--outputs", 2)
    assert (code, err) == (0, "")
    head, names, first, second, _, *drawn = out.splitlines()
    assert head == "'net' of the Pareto front, study 'several', 2 trials"
    assert names.split() == ["trial", "speed", "loss", "layers", "mass", "parameters"]
    assert first.split()[:4] == ["2", "3", "2.5", str(len(pool[2].layers))]
    assert second.split()[:3] == ["0", "1", "1"]
    assert second.split()[-1] == f"{count_parameters(pool[0], inputs=7, outputs=2):,}"
    assert len({len(line) for line in (names, first, second)}) == 1
    sizes = {"inputs": 7, "outputs": 2}
    assert "\n".join(drawn) == (
        f"Trial 2\n{to_text(pool[2], **sizes)}\n\nTrial 0\n{to_text(pool[0], **sizes)}"
    )


def test_ten_networks_of_a_long_front_are_drawn(run: Any, pool: Any) -> None:
    several(run, [(float(i), float(i)) for i in range(19)], pool)
    out = run("show", "--study", "several")[1]
    table, said, drawn = out.partition(
        "\nThe networks of 10 of 19 trials, spread evenly along value 0:\n"
    )
    assert said
    assert [line.split()[0] for line in table.splitlines()[2:]] == [
        str(i) for i in range(18, -1, -1)
    ]
    assert re.findall(r"^Trial (\d+)$", drawn, re.MULTILINE) == [str(i) for i in range(18, -1, -2)]


def test_front_without_those_that_can_not_be_read(run: Any, pool: Any) -> None:
    study = several(run, [(2.0, 2.0)], pool)
    assert run("show", "--study", "several")[0] == 0
    damaged = {"architecture:net": {"format": 1}}
    study.add_trial(optuna.create_trial(values=[1.0, 1.0], user_attrs=damaged))
    code, out, err = run("show", "--study", "several")
    assert (code, "1 trial\n" in out) == (0, True)
    assert "Trials [1] of the Pareto front are left out" in err
    study.add_trial(optuna.create_trial(values=[3.0, 0.0], user_attrs=damaged))
    assert "Trial 2's architecture 'net' can't be read" in run.error("show", "--study", "several")


def test_no_front_yet(run: Any, pool: Any) -> None:
    study = several(run, [], pool)
    study.add_trial(create_architecture_trial({"net": pool[0]}, state=TrialState.FAIL))
    assert "no best trial yet" in run.error("show", "--study", "several")


def test_constraints_of_a_trial_of_several_objectives(run: Any, pool: Any) -> None:
    study = several(run, [(1.0, 1.0)], pool)
    carried = study.trials[0].user_attrs
    constraints = {"constraints:size": 3200.0, "constraints:depth": -1.5}
    study.add_trial(
        optuna.create_trial(values=[9.0, 0.0], user_attrs=carried, system_attrs=constraints)
    )
    broken, without = (run("show", "--study", "several", "--trial", i)[1] for i in (1, 0))
    assert "trial 1, study 'several', breaks constraints" in broken
    assert re.search(r"constraint size +broken by 3,200\n", broken)
    assert re.search(r"constraint depth +satisfied with 1.5 to spare\n", broken)
    assert "trial 0, study 'several', on the Pareto front" in without
    assert re.search(r"constraint size +not set, so not broken\n", without)


def test_sizes_that_do_not_fit(run: Any) -> None:
    assert "expected both or none" in run.error("show", "--inputs", 3)
    assert "do not work on images" in run.error("show", "--image-size", 3)


def test_attributes_can_not_steer_the_terminal(run: Any, make_study: Any, pool: Any) -> None:
    attributes = {"note": "red\x1b[31m\nline", "long": "x" * 1000}
    trial = create_architecture_trial({"net": pool[0]}, value=1.0, user_attrs=attributes)
    make_study(trial, study_name="odd\x1b[31m")
    _, out, _ = run("show", "--study", "odd\x1b[31m")
    assert "\x1b" not in out
    assert "red\ufffd[31m\ufffdline" in out
    assert "xxx" not in out
