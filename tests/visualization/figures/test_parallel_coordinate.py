from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from optuna_nasbot import create_architecture_trial
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.visualization import plot_parallel_coordinate
from optuna_nasbot.visualization.figures import parallel_coordinate


def lines(figure: Any) -> dict[int, Any]:
    """The places of each trial along the axes, by its number, in the order of drawing."""
    n = len(figure.layout.xaxis.tickvals)
    found = {}
    for trace in figure.data:
        for start in range(0, len(trace.y), n + 1):
            number = int(trace.hovertext[start].split("<br>")[0].removeprefix("Trial "))
            found[number] = trace.y[start : start + n]
            assert list(trace.x[start : start + n]) == [*range(n)]
            assert trace.y[start + n] is None
    return found


def names(figure: Any) -> list[str]:
    return list(figure.layout.xaxis.ticktext)


def test_size_depth_parameters_and_value(study: Any, tuned: Any, pool: Any) -> None:
    figure = plot_parallel_coordinate(study(*tuned(6)), "net")
    expected = ["mass", "layers", "depth", "lr", "batch_size", "optimizer", "Objective<br>Value"]
    assert names(figure) == expected
    assert sorted(lines(figure)) == [*range(6)]
    masses = np.log([total_mass(network) for network in pool[:6]])
    share = (masses - masses.min()) / np.ptp(masses)
    np.testing.assert_allclose([lines(figure)[i][0] for i in range(6)], share, atol=1e-9)


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_the_best_is_orange_and_better_ones_are_above(
    direction: str, sign: float, study: Any, tuned: Any
) -> None:
    made = study(*tuned(12, sign=sign), direction=direction)
    figure = plot_parallel_coordinate(made, "net")
    assert figure.data[-1].name == f"Best, trial {made.best_trial.number}"
    assert figure.data[-1].line.color == "#ff7f0e"
    order = [abs(made.trials[number].value) for number in lines(figure)]
    steps = np.diff(order)
    assert (steps <= 0.1 * np.ptp(order)).all()  # but for those of one shade
    assert sum(bool(trace.showlegend) for trace in figure.data[:-1]) == 1


def test_points_tell_of_their_trial(study: Any, tuned: Any) -> None:
    made = study(*tuned(3))
    figure = plot_parallel_coordinate(made, "net")
    lr, value = made.trials[0].params["lr"], made.trials[0].value
    (text,) = {t for trace in figure.data for t in trace.hovertext if t.startswith("Trial 0<")}
    assert f"<br>lr: {lr:.6g}<br>" in text
    assert text.endswith(f"<br>Objective Value: {value:.6g}")
    assert "<br>layers: " in text


def test_completed_trials_only_and_gaps_where_a_parameter_is_missing(
    study: Any, tuned: Any, trial: Any, pool: Any
) -> None:
    pruned = create_architecture_trial({"net": pool[0]}, value=1.0, state=TrialState.PRUNED)
    figure = plot_parallel_coordinate(study(pruned, trial(pool[1], 9.0), *tuned(4)), "net")
    assert sorted(lines(figure)) == [1, 2, 3, 4, 5]
    assert np.isnan(np.array(lines(figure)[1][3:6], dtype=float)).all()
    assert "lr: missing" in str(figure)


def test_the_best_satisfies_all_constraints(study: Any, tuned: Any) -> None:
    first, *others = tuned(6)
    broken = optuna.create_trial(
        value=-50.0,
        params=first.params,
        distributions=first.distributions,
        user_attrs=first.user_attrs,
        system_attrs={"constraints": [1.0]},
    )
    figure = plot_parallel_coordinate(study(broken, *others), "net")
    assert "Best, trial 0" not in str(figure)
    assert "Best, trial " in str(figure)


def test_works_without_parameters(study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(network, float(index)) for index, network in enumerate(pool)]
    figure = plot_parallel_coordinate(study(*trials), "net", target_name="loss")
    assert names(figure) == ["mass", "layers", "depth", "loss"]


def test_of_many_parameters_and_trials_some_are_shown(
    study: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributions = {f"x{i}": FloatDistribution(0.0, 1.0) for i in range(8)}
    trials = [
        create_architecture_trial(
            {"net": pool[i % len(pool)]},
            value=float(i),
            params=dict.fromkeys(distributions, 0.05 * i),
            distributions=distributions,
        )
        for i in range(12)
    ]
    monkeypatch.setattr(parallel_coordinate, "MAX_SHOWN", 6)
    figure = plot_parallel_coordinate(study(*trials), "net")
    assert names(figure)[3:-1] == ["x0", "x1", "x2", "x3", "x4"]
    assert "6 of 12 trials, 5 of 8 parameters" in figure.layout.title.text
    assert {0, 1, 2} <= lines(figure).keys()
    assert len(lines(figure)) == 6
    chosen = plot_parallel_coordinate(study(*trials), "net", ["x7"])
    assert names(chosen)[3:-1] == ["x7"]
