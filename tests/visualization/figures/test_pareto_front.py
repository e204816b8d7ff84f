from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization import plot_pareto_front
from optuna_nasbot.visualization.figures import pareto_front

Values = list[tuple[float, ...]]
TWO = ["minimize", "minimize"]


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def points(trace: Any) -> set[tuple[float, float]]:
    return set(zip(trace.x, trace.y, strict=True))


@pytest.fixture
def several(study: Any, pool: Any) -> Any:
    """Make a study of trials with values of several objectives, and constraints by number."""

    def make(
        values: Values, directions: list[str], bound: dict[int, dict[str, float]] | None = None
    ) -> optuna.Study:
        trials = []
        for number, each in enumerate(values):
            carried = create_architecture_trial({"net": pool[number % 10]}, values=each)
            constraints = (bound or {}).get(number, {})
            trials.append(
                optuna.create_trial(
                    values=each,
                    user_attrs=carried.user_attrs,
                    system_attrs={f"constraints:{k}": v for k, v in constraints.items()},
                )
            )
        made: optuna.Study = study(*trials, directions=directions)
        return made

    return make


def test_trials_are_of_the_front_or_dominated_or_break_constraints(several: Any) -> None:
    values = [(1.0, 5.0), (2.0, 2.0), (3.0, 3.0), (0.0, 0.0), (5.0, 1.0)]
    made = several(values, TWO, {1: {"size": -1.0}, 3: {"size": 3200.0, "depth": -1.0}})
    made.set_metric_names(["loss", "<size>"])
    figure = plot_pareto_front(made, "net")
    shown = traces(figure)
    assert {name: points(trace) for name, trace in shown.items()} == {
        "Pareto front": {values[0], values[1], values[4]},
        "Dominated": {values[2]},
        "Breaks constraints": {values[3]},
    }
    lines = shown["Breaks constraints"].hovertext[0].split("<br>")
    assert lines[:5] == [
        "Trial 3",
        "Breaks constraints",
        "loss: 0",
        "&lt;size&gt;: 0",
        "constraint size: broken by 3,200",
    ]
    assert lines[5] == ""
    assert figure.layout.xaxis.title.text == "loss"
    assert figure.layout.yaxis.title.text == "&lt;size&gt;"
    assert "constraint" not in shown["Pareto front"].hovertext[0]


@pytest.mark.parametrize("directions", [[a, b] for a in ("min", "max") for b in ("min", "max")])
@pytest.mark.parametrize("axis_order", [None, [1, 0]])
def test_the_line_bounds_what_is_dominated(
    directions: list[str], axis_order: list[int] | None, several: Any
) -> None:
    """At each corner it is as bad as both neighbours together: there is nothing beyond it."""
    signs = np.array([1.0 if each == "min" else -1.0 for each in directions])
    values = [tuple((signs * [a, b]).tolist()) for a, b in ((3, 1), (1, 4), (2, 2), (3, 3))]
    made = several(values, [f"{each}imize" for each in directions])
    front = traces(plot_pareto_front(made, "net", axis_order=axis_order))["Pareto front"]
    assert front.mode == "lines+markers"
    order = axis_order or [0, 1]
    goes_along_x_first = front.line.shape == "hv"
    corners = [
        (two[0], one[1]) if goes_along_x_first else (one[0], two[1])
        for one, two in pairwise(zip(front.x, front.y, strict=True))
    ]
    worse = signs[order] * np.array([[2.0, 4.0], [3.0, 2.0]])[:, order]
    assert sorted(corners) == sorted(map(tuple, worse.tolist()))


def test_three_objectives_are_shown_in_space(several: Any) -> None:
    values = [(1.0, 2.0, 3.0), (2.0, 1.0, 3.0), (2.0, 2.0, 3.0)]
    figure = plot_pareto_front(several(values, ["minimize"] * 3), "net", axis_order=[2, 0, 1])
    front = traces(figure)["Pareto front"]
    assert front.type == "scatter3d"
    assert set(zip(front.x, front.y, front.z, strict=True)) == {(3.0, 1.0, 2.0), (3.0, 2.0, 1.0)}
    scene = figure.layout.scene
    assert [scene[f"{axis}axis"].title.text for axis in "xyz"] == ["value 2", "value 0", "value 1"]


def test_the_front_is_that_of_all_objectives(several: Any) -> None:
    values = [(1.0, 1.0, 9.0), (2.0, 2.0, 1.0), (3.0, 3.0, 1.0)]
    figure = plot_pareto_front(several(values, ["minimize"] * 3), "net", axis_order=(0, 1))
    shown = traces(figure)
    assert points(shown["Pareto front"]) == {(1.0, 1.0), (2.0, 2.0)}
    assert shown["Pareto front"].mode == "markers"  # no line could bound what is dominated
    assert "front of all 3 objectives" in figure.layout.title.text


def test_names_are_those_of_the_caller(several: Any) -> None:
    names = ["error", "a < b"]
    figure = plot_pareto_front(several([(1.0, 2.0)], TWO), "net", target_names=names)
    assert figure.layout.yaxis.title.text == "a &lt; b"
    assert "error: 1<br>a &lt; b: 2" in figure.data[0].hovertext[0]


def test_values_that_are_not_finite_are_left_out(several: Any, logged: list[str]) -> None:
    inf = float("inf")
    made = several([(1.0, 2.0, -inf), (-inf, 5.0, 0.0), (0.0, 3.0, 1.0)], ["minimize"] * 3)
    (front,) = plot_pareto_front(made, "net", axis_order=[0, 1]).data
    assert points(front) == {(1.0, 2.0), (0.0, 3.0)}
    assert logged == ["Trial 1 is left out because a value is inf or nan."]


@pytest.mark.parametrize("state", [None, TrialState.FAIL, TrialState.RUNNING])
def test_nothing_to_show(state: TrialState | None, study: Any, pool: Any) -> None:
    trials = [] if state is None else [create_architecture_trial({"net": pool[0]}, state=state)]
    figure = plot_pareto_front(study(*trials, directions=TWO), "net")
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text.startswith("No completed trial")


def test_networks_that_can_not_be_read_are_told(several: Any) -> None:
    made = several([(1.0, 2.0), (2.0, 1.0)], TWO)
    damaged = optuna.create_trial(
        values=[0.0, 0.0], user_attrs={"architecture:net": {"format": 1}}
    )
    made.add_trial(damaged)
    with pytest.warns(UserWarning, match=r"leaves out 1 of the trials \(number 2\)"):
        figure = plot_pareto_front(made, "net")
    assert points(traces(figure)["Dominated"]) == {(1.0, 2.0), (2.0, 1.0)}


def test_networks_of_all_kinds_are_shown(spaces: Any, study: Any) -> None:
    networks = [spaces[kind].initial_pool[0] for kind in ("cnn", "mlp")]
    trials = [
        create_architecture_trial({"net": network}, values=[float(i), -float(i)])
        for i, network in enumerate(networks)
    ]
    (front,) = plot_pareto_front(study(*trials, directions=TWO), "net").data
    assert len(front.x) == 2


def test_of_many_trials_the_whole_front_is_shown(
    several: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pareto_front, "MAX_SHOWN", 6)
    values = [(float(i), -float(i)) for i in range(4)] + [(9.0, float(i)) for i in range(12)]
    figure = plot_pareto_front(several(values, TWO), "net")
    sizes = {name: len(trace.x) for name, trace in traces(figure).items()}
    assert sizes == {"Pareto front": 4, "Dominated": 2}
    assert "6 of 16 trials" in figure.layout.title.text


def test_a_far_outlier_does_not_hide_the_front(several: Any) -> None:
    values = [(float(i), float(i % 3) - i) for i in range(20)]
    axis = plot_pareto_front(several([*values, (1e9, 0.0)], TWO), "net").layout.xaxis
    assert axis.range[0] < 0.0
    assert 19.0 < axis.range[1] < 25.0
    on_front = plot_pareto_front(several([*values, (1e9, -99.0)], TWO), "net").layout.xaxis
    assert on_front.range[1] > 1e9


@pytest.mark.parametrize(
    ("n", "arguments", "error", "message"),
    [
        (1, {}, ValueError, "study: expected several objectives, got one.*plot_architecture_map"),
        (
            4,
            {},
            ValueError,
            r"axis_order: .* since the study has 4, got None.*axis_order=\[0, 1\]",
        ),
        (2, {"axis_order": [0]}, ValueError, "axis_order: expected two or three different"),
        (2, {"axis_order": [0, 0]}, ValueError, "axis_order: expected two or three different"),
        (2, {"axis_order": [0, 2]}, ValueError, r"each from 0 to 1, got \[0, 2\]"),
        (2, {"axis_order": [0, -1]}, ValueError, r"each from 0 to 1, got \[0, -1\]"),
        (4, {"axis_order": [0, 1, 2, 3]}, ValueError, "two or three different positions"),
        (2, {"axis_order": "01"}, TypeError, "axis_order: expected a list of whole numbers"),
        (2, {"axis_order": [0.0, 1.0]}, TypeError, "axis_order: expected a list of whole"),
        (2, {"axis_order": 1}, TypeError, "axis_order: expected a list of whole numbers, got 1"),
        (2, {"target_names": ["a"]}, ValueError, "target_names: .* each of the 2 objectives"),
        (2, {"target_names": "ab"}, TypeError, "target_names: expected a list of names"),
        (2, {"target_names": ["a", 1]}, TypeError, "target_names: expected a list of names"),
    ],
)
def test_wrong_arguments(
    n: int, arguments: Any, error: type[Exception], message: str, several: Any
) -> None:
    made = several([(0.0,) * n], ["minimize"] * n)
    with pytest.raises(error, match=message):
        plot_pareto_front(made, "net", **arguments)


def test_wrong_study_and_name(several: Any) -> None:
    with pytest.raises(TypeError, match="study: expected an Optuna study"):
        plot_pareto_front("study", "net")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"name: expected one of \['net'\]"):
        plot_pareto_front(several([(0.0, 0.0)], TWO), "other")


def test_positions_may_be_an_array(several: Any) -> None:
    figure = plot_pareto_front(
        several([(1.0, 2.0)], TWO),
        "net",
        axis_order=np.array([1, 0]),  # type: ignore[arg-type]
    )
    assert points(figure.data[0]) == {(2.0, 1.0)}


def test_names_in_space_mean_themselves(several: Any) -> None:
    """There plotly would show an escaped character as it is escaped."""
    made = several([(1.0, 2.0, 3.0)], ["minimize"] * 3)
    figure = plot_pareto_front(made, "net", target_names=["a < b", "c & d", "e"])
    assert figure.layout.scene.xaxis.title.text == "a < b"
    assert figure.layout.scene.yaxis.title.text == "c & d"
