from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from optuna_nasbot import OTMANN
from optuna_nasbot.visualization import plot_distance_vs_value
from optuna_nasbot.visualization.figures import distance_vs_value


@pytest.fixture
def by_size(study: Any, trial: Any, pool: Any) -> Any:
    """A study whose values are distances from the first network."""
    d, _ = OTMANN.for_kind(pool[0].kind).pairwise(pool[:1], pool)
    values = d.mean(axis=0)[0]
    return study(*[trial(*each) for each in zip(pool, values.tolist(), strict=True)])


def panels(figure: Any) -> tuple[list[Any], list[Any]]:
    """The pairs and the medians, of d and of d-bar."""
    return [t for t in figure.data if t.mode == "markers"], [
        t for t in figure.data if t.mode == "lines+markers"
    ]


def test_all_pairs_are_there(by_size: Any) -> None:
    n = len(by_size.trials)
    pairs, _ = panels(plot_distance_vs_value(by_size, "net"))
    values = np.array([trial.value for trial in by_size.trials])
    first, second = np.triu_indices(n, k=1)
    for panel in pairs:
        np.testing.assert_allclose(panel.y, np.abs(values[first] - values[second]))
        assert panel.text[0] == "trials 0 and 1"
        assert np.mean(panel.x) == pytest.approx(1.0)  # few networks: all are references
    assert not np.allclose(pairs[0].x, pairs[1].x)


def test_correlation_and_medians_show_that_close_networks_are_alike(by_size: Any) -> None:
    figure = plot_distance_vs_value(by_size, "net")
    headings = [annotation.text for annotation in figure.layout.annotations[:2]]
    correlations = [
        float(re.fullmatch(r"(d|d-bar): rank correlation (-?\d\.\d\d)", heading)[2])
        for heading in headings
    ]
    assert correlations[0] > 0.5
    _, medians = panels(figure)
    for line in medians:
        assert list(line.x) == sorted(line.x)
    assert medians[0].y[-1] > medians[0].y[0]


def test_values_that_are_all_equal_have_no_correlation(study: Any, trial: Any, pool: Any) -> None:
    figure = plot_distance_vs_value(study(*[trial(each, 1.0) for each in pool]), "net")
    assert figure.layout.annotations[0].text == "d: no rank correlation"


def test_of_many_networks_some_are_compared_and_some_pairs_drawn(
    by_size: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distance_vs_value, "MAX_COMPARED", 8)
    monkeypatch.setattr(distance_vs_value, "MAX_DRAWN", 20)
    figure = plot_distance_vs_value(by_size, "net")
    pairs, _ = panels(figure)
    assert [len(panel.x) for panel in pairs] == [20, 20]
    n = len(by_size.trials)
    assert f"all pairs of 8 networks of {n}, 20 of 28 drawn" in figure.layout.title.text
    assert figure.to_json() == plot_distance_vs_value(by_size, "net").to_json()


def test_outliers_do_not_stretch_the_axes(study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(network, float(i)) for i, network in enumerate(pool[:9])]
    figure = plot_distance_vs_value(study(*trials, trial(pool[9], 1e9)), "net")
    assert 8 < figure.layout.yaxis.range[1] < 10  # all that is not far off is there
