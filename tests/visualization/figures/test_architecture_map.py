from __future__ import annotations

import html
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization import plot_architecture_map
from optuna_nasbot.visualization.figures import architecture_map


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def test_each_state_has_its_entry(study: Any, trial: Any, pool: Any) -> None:
    figure = plot_architecture_map(
        study(
            trial(pool[0], 3.0),
            trial(pool[1], state=TrialState.FAIL),
            trial(pool[2], 2.0, state=TrialState.PRUNED),
            trial(pool[3], state=TrialState.RUNNING),
            trial(pool[4], state=TrialState.WAITING),
            trial(pool[5], float("inf")),
            trial(pool[6], 1.0),
        ),
        "net",
    )
    sizes = {name: len(trace.x) for name, trace in traces(figure).items()}
    assert sizes == {
        "Pruned": 1,
        "Failed or no number": 2,
        "Running or enqueued": 2,
        "Path of the best": 2,
        "Complete": 2,
        "Best": 1,
    }
    assert len({trace.marker.symbol for trace in figure.data if trace.mode == "markers"}) == 5


@pytest.mark.parametrize(("direction", "path"), [("minimize", [0, 2, 3]), ("maximize", [0, 1, 5])])
def test_the_path_goes_through_the_incumbents_to_the_best(
    direction: str, path: list[int], study: Any, trial: Any, pool: Any
) -> None:
    values = [5.0, 8.0, 4.0, 1.0, 2.0, 9.0, 1.0, 9.0]  # the last two are no better
    trials = [trial(*each) for each in zip(pool, values, strict=False)]
    shown = traces(plot_architecture_map(study(*trials, direction=direction), "net"))
    complete = shown["Complete"]
    assert list(shown["Path of the best"].x) == [complete.x[i] for i in path]
    assert list(shown["Path of the best"].y) == [complete.y[i] for i in path]
    assert shown["Best"].x[0] == complete.x[path[-1]]
    # Better is darker.
    assert complete.marker.reversescale == (direction == "minimize")
    assert list(complete.marker.color) == values


def test_trials_that_break_constraints_are_never_the_best(
    study: Any, trial: Any, pool: Any
) -> None:
    trials = [trial(network, float(-index)) for index, network in enumerate(pool[:4])]
    trials[3] = optuna.create_trial(
        value=-3.0, user_attrs=trials[3].user_attrs, system_attrs={"constraints": [1.0]}
    )
    shown = traces(plot_architecture_map(study(*trials), "net"))
    assert len(shown["Path of the best"].x) == 3
    assert shown["Best"].x[0] == shown["Complete"].x[2]
    assert list(shown["Complete"].marker.color) == [0.0, -1.0, -2.0]
    assert "Value: -3" in shown["Breaks constraints"].hovertext[0]


def test_a_target_has_no_best(study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(network, float(i)) for i, network in enumerate(pool[:4])]
    figure = plot_architecture_map(
        study(*trials), "net", target=lambda trial: 2 * trial.value, target_name="Twice"
    )
    (complete,) = figure.data
    assert list(complete.marker.color) == [0.0, 2.0, 4.0, 6.0]
    assert complete.marker.colorbar.title.text == "Twice"


def test_three_networks_lie_as_far_apart_as_their_distance(
    study: Any, trial: Any, pool: Any
) -> None:
    three = pool[:3]
    trials = [trial(network, float(i)) for i, network in enumerate(three)]
    complete = traces(plot_architecture_map(study(*trials), "net"))["Complete"]
    _, d_bar = OTMANN.for_kind(three[0].kind).pairwise(three)
    pairs = ([0, 0, 1], [1, 2, 2])
    scaled = [component[pairs] / component[pairs].mean() for component in d_bar]
    found = [
        np.hypot(complete.x[i] - complete.x[j], complete.y[i] - complete.y[j])
        for i, j in zip(*pairs, strict=True)
    ]
    np.testing.assert_allclose(found, np.mean(scaled, axis=0), atol=1e-7)


def test_isomorphic_networks_share_a_place(study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(pool[i], float(i)) for i in (0, 1, 2, 0)]
    complete = traces(plot_architecture_map(study(*trials), "net"))["Complete"]
    assert complete.x[0] == complete.x[3]
    assert complete.x[0] != complete.x[1]


def test_hover_shows_the_trial_and_its_network(study: Any, trial: Any, pool: Any) -> None:
    complete = traces(plot_architecture_map(study(trial(pool[0], 0.25)), "net"))["Complete"]
    lines = complete.hovertext[0].split("<br>")
    assert lines[:3] == ["Trial 0", "Complete", "Objective Value: 0.25"]
    assert [html.unescape(line) for line in lines[4:]] == str(pool[0]).split("\n")


def test_hover_shortens_long_networks(study: Any, trial: Any) -> None:
    n_layers = 60
    layers = [Layer("ip"), *[Layer("relu", 8)] * (n_layers - 3), Layer("linear"), Layer("op")]
    chain = tuple((i, i + 1) for i in range(n_layers - 1))
    longest = Architecture(tuple(layers), chain, "mlp-reg")
    complete = traces(plot_architecture_map(study(trial(longest, 0.25)), "net"))["Complete"]
    lines = html.unescape(complete.hovertext[0]).split("<br>")[4:]
    assert len(lines) == 24
    (marker,) = [i for i, line in enumerate(lines) if "more layers" in line]
    n_shown = len(lines) - 2  # without the headline and the line that stands for the others
    assert lines[marker].strip() == f"... {n_layers - n_shown} more layers ..."
    table = str(longest).split("\n")
    assert lines[:marker] == table[:marker]
    assert lines[marker + 1 :] == table[-3:]


def test_of_many_networks_the_best_are_kept(
    study: Any, trial: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(architecture_map, "MAX_SHOWN", 4)
    trials = [trial(pool[i], float(i)) for i in range(9)]
    figure = plot_architecture_map(study(*trials), "net")
    values = set(traces(figure)["Complete"].marker.color)
    assert len(values) == 4
    assert {0.0, 1.0} <= values
    assert "4 of 9 networks" in figure.layout.title.text


def test_of_many_networks_the_whole_path_is_kept(
    study: Any, trial: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(architecture_map, "MAX_SHOWN", 4)
    values = [99.0, 98.0, 0.0, *range(1, 9)]
    trials = [trial(*each) for each in zip(pool, map(float, values), strict=False)]
    figure = plot_architecture_map(study(*trials), "net")
    assert len(traces(figure)["Path of the best"].x) == 3


def test_outliers_do_not_stretch_the_colours(study: Any, trial: Any, pool: Any) -> None:
    values = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1e9]
    trials = [trial(*each) for each in zip(pool, values, strict=False)]
    marker = traces(plot_architecture_map(study(*trials), "net"))["Complete"].marker
    assert (marker.cmin, marker.cmax) == (1.0, 1.6)
