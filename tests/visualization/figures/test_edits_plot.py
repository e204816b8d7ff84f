from __future__ import annotations

from typing import Any

import pytest
from optuna.trial import TrialState

from optuna_nasbot.visualization import plot_edits

ORIGIN = "architecture:net:origin"


@pytest.fixture
def edited(trial: Any) -> Any:
    def make(network: Any, value: float | None, edits: Any, parent: Any, **more: Any) -> Any:
        origin = {"edits": edits, "parent": parent}
        return trial(network, value, user_attrs={ORIGIN: origin}, **more)

    return make


def counts(figure: Any) -> dict[str, dict[str, int]]:
    """By edit: how many networks are better, not better, not comparable."""
    bars = [trace for trace in figure.data if trace.type == "bar"]
    return {edit: {bar.name: int(bar.x[i]) for bar in bars} for i, edit in enumerate(bars[0].y)}


def means(figure: Any) -> dict[str, float]:
    (trace,) = [trace for trace in figure.data if trace.name == "Mean"]
    return dict(zip(trace.y, trace.x, strict=True))


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1), ("maximize", -1)])
def test_children_are_compared_with_their_parents(
    direction: str, sign: float, study: Any, edited: Any, pool: Any
) -> None:
    figure = plot_edits(
        study(
            edited(pool[0], sign * 10.0, [], None),
            edited(pool[1], sign * 7.0, ["wedge_layer", "wedge_layer"], 0),
            edited(pool[2], sign * 8.0, ["wedge_layer", "swap_layer"], 1),
            edited(pool[3], sign * 1.0, ["wedge_layer"], 1),
            edited(pool[4], sign * 1.0, ["dup_path"], None),
            edited(pool[5], None, ["dup_path"], 3, state=TrialState.FAIL),
            edited(pool[6], sign * 1.0, ["skip_path"], 3),
            edited(pool[7], sign * 0.0, ["skip_path"], 5),
            direction=direction,
        ),
        "net",
    )
    better, worse, unknown = "Better than the parent", "Not better", "Not comparable"
    shown = counts(figure)
    assert shown["wedge_layer"] == {better: 2, worse: 1, unknown: 0}
    assert shown["swap_layer"] == {better: 0, worse: 1, unknown: 0}
    assert shown["dup_path"] == {better: 0, worse: 0, unknown: 2}
    assert shown["skip_path"] == {better: 0, worse: 1, unknown: 1}
    assert len(shown) == 9  # the paper's edits, used or not
    assert means(figure) == pytest.approx(
        {"wedge_layer": (3 - 1 + 6) / 3, "swap_layer": -1.0, "skip_path": 0.0}
    )
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert labels["wedge_layer"] == "wedge_layer: 2 of 3 better"
    assert labels["dup_path"] == "dup_path: none comparable"
    assert labels["inc_single"] == "inc_single: not used"
    assert next(iter(labels)) == "wedge_layer"


def test_edits_of_cells_are_shown_as_they_are(study: Any, edited: Any, pool: Any) -> None:
    first = edited(pool[0], 1.0, ["add_edge"], None)
    second = edited(pool[1], 0.0, ["label_edge"], 0)
    assert set(counts(plot_edits(study(first, second), "net"))) == {"add_edge", "label_edge"}


@pytest.mark.parametrize(
    "damage",
    [
        7,
        [],
        {},
        {"edits": "swap_layer"},
        {"edits": [1]},
        {"edits": ["a"], "parent": "x"},
        {"edits": ["a"], "parent": True},
    ],
    ids=str,
)
def test_damaged_origins_are_left_out_with_a_warning(
    damage: Any, study: Any, trial: Any, edited: Any, pool: Any
) -> None:
    trials = [
        edited(pool[0], 1.0, [], None),
        edited(pool[1], 2.0, ["swap_layer"], 0),
        trial(pool[2], 3.0, user_attrs={ORIGIN: damage}),
    ]
    with pytest.warns(UserWarning, match=r"leaves out 1 of the trials \(number 2\)"):
        figure = plot_edits(study(*trials), "net")
    assert sum(sum(each.values()) for each in counts(figure).values()) == 1


def test_a_parent_that_the_study_lacks_is_no_parent(study: Any, edited: Any, pool: Any) -> None:
    shown = counts(plot_edits(study(edited(pool[0], 1.0, ["swap_layer"], 99)), "net"))
    assert shown["swap_layer"]["Not comparable"] == 1


def test_studies_of_other_samplers_get_a_message(study: Any, trial: Any, pool: Any) -> None:
    figure = plot_edits(study(trial(pool[0], 1.0)), "net")
    assert len(figure.data) == 0
    assert "No trial says by which edits" in figure.layout.annotations[0].text


def test_outliers_do_not_stretch_the_axis(study: Any, edited: Any, pool: Any) -> None:
    values = [9.0, 8.0, 7.0, 6.0, 5.5, 4.0, 2.0, 1e9]
    trials = [
        edited(network, value, ["swap_layer"], 0)
        for network, value in zip(pool, values, strict=False)
    ]
    figure = plot_edits(study(*trials), "net")
    low, high = figure.layout.xaxis2.range
    assert -1 < low < 0.0 < 7.0 < high < 8.0
    assert means(figure)["swap_layer"] < -1e8


@pytest.mark.parametrize("outlier", [0.0, -1e12], ids=["no outlier", "a far outlier"])
@pytest.mark.parametrize("step", [1.0, -1.0, 1e-12])
def test_no_gain_is_on_the_axis_of_gains(
    step: float, outlier: float, study: Any, edited: Any, pool: Any
) -> None:
    trials = [edited(pool[0], 1e6, [], None), edited(pool[0], outlier, ["swap_layer"], 0)]
    trials += [edited(pool[i], i * step, ["swap_layer"], 0) for i in range(1, 10)]
    low, high = plot_edits(study(*trials), "net").layout.xaxis2.range
    assert low < 0 < high
    assert high > 1e6


def test_of_many_edits_the_most_successful_are_shown(study: Any, edited: Any, pool: Any) -> None:
    trials = [edited(pool[0], 100.0, [], None)]
    trials += [edited(pool[1], 100.0 + i - 15, [f"edit_{i}"], 0) for i in range(30)]
    figure = plot_edits(study(*trials), "net")
    assert set(counts(figure)) == {f"edit_{i}" for i in range(12)}
    assert "12 of 30 edits" in figure.layout.title.text
    assert all(len(trace.y) == 12 for trace in figure.data)
