from __future__ import annotations

import re
from typing import Any

import optuna

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture.parameters import count_parameters
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
    assert "trial 1, study 'bound', place 1 of 1 completed" in best
    assert "trial 0, study 'bound', breaks constraints" in broken


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
