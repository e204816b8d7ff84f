from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optuna.trial import TrialState

from optuna_nasbot import OTMANN
from optuna_nasbot.visualization import architecture_map
from optuna_nasbot.visualization import plot_architecture_map


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def test_each_state_has_its_entry(study: Any, trial: Any, networks: Any) -> None:
    figure = plot_architecture_map(
        study(
            trial(networks[0], 3.0),
            trial(networks[1], state=TrialState.FAIL),
            trial(networks[2], 2.0, state=TrialState.PRUNED),
            trial(networks[3], state=TrialState.RUNNING),
            trial(networks[4], state=TrialState.WAITING),
            trial(networks[5], float("inf")),
            trial(networks[6], 1.0),
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
    direction: str, path: list[int], study: Any, trial: Any, networks: Any
) -> None:
    values = [5.0, 8.0, 4.0, 1.0, 2.0, 9.0, 3.0]
    trials = [trial(*each) for each in zip(networks, values, strict=False)]
    shown = traces(plot_architecture_map(study(*trials, direction=direction), "net"))
    complete = shown["Complete"]
    assert list(shown["Path of the best"].x) == [complete.x[i] for i in path]
    assert list(shown["Path of the best"].y) == [complete.y[i] for i in path]
    assert shown["Best"].x[0] == complete.x[path[-1]]
    # Better is darker.
    assert complete.marker.reversescale == (direction == "minimize")
    assert list(complete.marker.color) == values


def test_a_target_has_no_best(study: Any, trial: Any, networks: Any) -> None:
    trials = [trial(network, float(i)) for i, network in enumerate(networks[:4])]
    figure = plot_architecture_map(
        study(*trials), "net", target=lambda trial: 2 * trial.value, target_name="Twice"
    )
    (complete,) = figure.data
    assert list(complete.marker.color) == [0.0, 2.0, 4.0, 6.0]
    assert complete.marker.colorbar.title.text == "Twice"


def test_three_networks_lie_as_far_apart_as_their_distance(
    study: Any, trial: Any, networks: Any
) -> None:
    three = networks[:3]
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


def test_isomorphic_networks_share_a_place(study: Any, trial: Any, networks: Any) -> None:
    trials = [trial(networks[i], float(i)) for i in (0, 1, 2, 0)]
    complete = traces(plot_architecture_map(study(*trials), "net"))["Complete"]
    assert complete.x[0] == complete.x[3]
    assert complete.x[0] != complete.x[1]


def test_hover_shows_the_trial_and_a_shortened_network(
    study: Any, trial: Any, networks: Any
) -> None:
    largest = max(networks, key=lambda network: len(network.layers))
    complete = traces(plot_architecture_map(study(trial(largest, 0.25)), "net"))["Complete"]
    text = complete.hovertext[0]
    assert text.startswith("Trial 0<br>Complete<br>Objective Value: 0.25<br>")
    assert f"{len(largest.layers)} layers" in text
    assert "&lt;- 0" in text


def test_of_many_networks_the_best_are_kept(
    study: Any, trial: Any, networks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(architecture_map, "MAX_SHOWN", 4)
    trials = [trial(networks[i], float(i)) for i in range(9)]
    figure = plot_architecture_map(study(*trials), "net")
    values = set(traces(figure)["Complete"].marker.color)
    assert len(values) == 4
    assert {0.0, 1.0} <= values
    assert "4 of 9 networks" in figure.layout.title.text


def test_outliers_do_not_stretch_the_colours(study: Any, trial: Any, networks: Any) -> None:
    values = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1e9]
    trials = [trial(*each) for each in zip(networks, values, strict=False)]
    marker = traces(plot_architecture_map(study(*trials), "net"))["Complete"].marker
    assert (marker.cmin, marker.cmax) == (1.0, 1.6)
