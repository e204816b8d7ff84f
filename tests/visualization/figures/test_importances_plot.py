from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from optuna.distributions import FloatDistribution

from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization import plot_importances


def totals(figure: Any) -> dict[str, float]:
    """The lengths of the bars from the longest to the shortest, by their names."""
    alone, more, _ = figure.data
    lengths = np.array(alone.x) + np.array(more.x)
    return dict(zip(figure.layout.yaxis.ticktext, lengths.tolist(), strict=True))


def test_what_makes_the_values_has_the_longest_bar(study: Any, tuned: Any) -> None:
    found = totals(plot_importances(study(*tuned(40)), "net"))
    assert found.keys() == {"lr", "net (network)", "batch_size", "optimizer"}
    assert list(found) == sorted(found, key=lambda name: -found[name])
    assert next(iter(found)) == "lr"
    assert found["lr"] > 0.6
    assert found["batch_size"] < 0.1


def test_the_network_counts_as_one(study: Any, pool: Any) -> None:
    """Values are made by the networks, and a parameter does nothing."""
    rng = np.random.default_rng(0)
    trials = [
        create_architecture_trial(
            {"net": pool[i % 8]},
            value=float(i % 8),
            params={"x": rng.random()},
            distributions={"x": FloatDistribution(0.0, 1.0)},
        )
        for i in range(32)
    ]
    found = totals(plot_importances(study(*trials), "net"))
    assert found["net (network)"] > 0.8
    assert found["x"] < 0.2


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_parts_numbers_and_heading(direction: str, sign: float, study: Any, tuned: Any) -> None:
    figure = plot_importances(study(*tuned(20, sign=sign), direction=direction), "net")
    alone, more, numbers = figure.data
    assert (alone.name, more.name) == ("Alone", "Together with others")
    assert min(*alone.x, *more.x) >= 0
    expected = [f" {length:.0%}" for length in totals(figure).values()]
    assert list(numbers.text) == expected
    assert figure.layout.xaxis.range[1] > max(totals(figure).values())
    assert re.search(r"trials left out: R² -?\d\.\d\d", figure.layout.title.text)


def test_the_heading_says_where_bars_mean_nothing(study: Any, tuned: Any) -> None:
    """Values that nothing decides, beside those that the size of a network decides."""
    chance = np.random.default_rng(0).normal(size=20)
    noise = study()
    for trial, value in zip(tuned(20), chance, strict=True):
        trial.value = value
        noise.add_trial(trial)
    headings = [
        plot_importances(each, "net").layout.title.text for each in (noise, study(*tuned(20)))
    ]
    assert ["mean nothing" in heading for heading in headings] == [True, False]


def test_networks_of_all_names_count(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"body": a, "head": b}, value=float(len(a.layers)) + i % 3)
        for i, (a, b) in enumerate(pairwise(pool))
    ]
    found = totals(plot_importances(study(*trials), "head"))
    assert found.keys() == {"body (network)", "head (network)"}


def test_of_many_parameters_the_most_important_are_shown(study: Any, pool: Any) -> None:
    rng = np.random.default_rng(0)
    distributions = {f"x{i}": FloatDistribution(0.0, 1.0) for i in range(14)}
    trials = []
    for i in range(20):
        params = {name: rng.random() for name in distributions}
        trials.append(
            create_architecture_trial(
                {"net": pool[i % 5]},
                value=params["x13"],
                params=params,
                distributions=distributions,
            )
        )
    figure = plot_importances(study(*trials), "net")
    assert len(totals(figure)) == 12
    assert next(iter(totals(figure))) == "x13"
    assert "12 of 15 shown" in figure.layout.title.text


def test_the_same_study_has_the_same_figure(study: Any, tuned: Any) -> None:
    made = study(*tuned(10))
    assert plot_importances(made, "net").to_json() == plot_importances(made, "net").to_json()
