"""Ordinary parameters as numbers on [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot.trials.parameters import Parameter

NUMBERS = [
    FloatDistribution(-1.0, 3.0),
    FloatDistribution(1e-6, 1.0, log=True),
    FloatDistribution(0.0, 0.5, step=0.1),
    FloatDistribution(-1e3, 1e3, step=0.25),
    IntDistribution(3, 9),
    IntDistribution(0, 1),
    IntDistribution(2, 10, step=4),
    IntDistribution(1, 1000, log=True),
    FloatDistribution(0.0, 0.45, step=0.15),
    FloatDistribution(0.0, 0.9, step=0.3),
    IntDistribution(0, 2**53),
    IntDistribution(1, 2**52, log=True),
]
CATEGORIES = [
    CategoricalDistribution(["a", None, 3]),
    CategoricalDistribution([False, True]),
]
DISTRIBUTIONS = [*NUMBERS, *CATEGORIES]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_drawn_values_are_of_the_distribution(distribution: BaseDistribution) -> None:
    parameter, rng = Parameter(distribution), np.random.default_rng(0)
    for _ in range(200):
        value = parameter.drawn(rng)
        assert parameter.holds(value)
        internal = distribution.to_internal_repr(value)
        assert distribution._contains(internal)
        assert distribution.to_external_repr(internal) == value


@pytest.mark.parametrize("distribution", NUMBERS)
def test_scale_and_back(distribution: BaseDistribution) -> None:
    parameter, rng = Parameter(distribution), np.random.default_rng(1)
    for value in [distribution.low, distribution.high, *(parameter.drawn(rng) for _ in range(50))]:
        assert 0.0 <= parameter.scaled(value) <= 1.0
        assert parameter.value(parameter.scaled(value)) == pytest.approx(value, rel=1e-12)
    assert parameter.value(-5.0) == pytest.approx(distribution.low)
    assert parameter.value(5.0) == pytest.approx(distribution.high)


@pytest.mark.parametrize("step", [-0.4, -1e-6, 1e-6, 0.4])
@pytest.mark.parametrize("distribution", NUMBERS)
def test_a_step_leads_to_another_value(distribution: BaseDistribution, step: float) -> None:
    parameter, rng = Parameter(distribution), np.random.default_rng(4)
    for value in [distribution.low, distribution.high, *(parameter.drawn(rng) for _ in range(50))]:
        moved = parameter.moved(value, step)
        assert parameter.holds(moved)
        assert moved != value
        assert distribution._contains(distribution.to_internal_repr(moved))
        end = parameter.value(1.0 if step > 0 else 0.0)
        can_go_on = value < end if step > 0 else value > end
        assert (moved > value) == (can_go_on if step > 0 else not can_go_on)


def test_a_step_that_is_too_short_for_a_grid_leads_to_the_next_value() -> None:
    parameter = Parameter(IntDistribution(1, 5))
    assert [parameter.moved(3, 0.01), parameter.moved(3, -0.01)] == [4, 2]
    assert [parameter.moved(5, 0.01), parameter.moved(1, -0.01)] == [4, 2]


@pytest.mark.parametrize(
    "distribution",
    [
        IntDistribution(0, 2**63 - 1),
        IntDistribution(0, 2**60),
        IntDistribution(10**17, 10**17 + 100),
        FloatDistribution(1.0, 1.0 + 4e-16),
    ],
)
def test_steps_among_numbers_that_floats_do_not_tell_apart(distribution: BaseDistribution) -> None:
    parameter, rng = Parameter(distribution), np.random.default_rng(6)
    value = parameter.drawn(rng)
    for _ in range(300):
        value = parameter.moved(value, rng.normal(scale=0.3))
        assert parameter.holds(value)


@pytest.mark.parametrize(("top", "step"), [(0.45, 0.15), (0.9, 0.3), (0.33, 0.01)])
def test_each_value_of_a_grid_is_one_number(top: float, step: float) -> None:
    parameter, rng = Parameter(FloatDistribution(0.0, top, step=step)), np.random.default_rng(7)
    n = round(top / step)
    drawn = {parameter.drawn(rng) for _ in range(100 * n)}
    assert len(drawn) == n + 1
    assert {parameter.moved(each, sign * step) for each in drawn for sign in (-1, 1)} <= drawn
    # Whatever number Optuna or a user has for it.
    others = [0.0, top, *(index * step for index in range(n)), *(round(x, 2) for x in drawn)]
    assert {parameter.stored(each) for each in others} == drawn
    between = Parameter(FloatDistribution(0.0, top, step=step)).stored(0.4 * step)
    assert between == 0.4 * step  # what is off the grid stays there


def test_other_choices_are_equally_likely() -> None:
    parameter, rng = Parameter(CategoricalDistribution(["a", None, 3])), np.random.default_rng(5)
    drawn = [parameter.other_choice(None, rng) for _ in range(1000)]
    assert drawn.count("a") == pytest.approx(500, abs=60)
    assert drawn.count("a") + drawn.count(3) == 1000


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_mean_difference_is_that_of_drawn_values(distribution: BaseDistribution) -> None:
    parameter, rng = Parameter(distribution), np.random.default_rng(2)
    drawn = np.array([parameter.scaled(parameter.drawn(rng)) for _ in range(4000)])
    differences = drawn[:2000] - drawn[2000:]
    found = np.mean(differences != 0 if parameter.is_category else np.square(differences))
    assert parameter.mean_difference == pytest.approx(found, rel=0.1)


def test_values_of_a_grid_are_equally_likely() -> None:
    parameter, rng = Parameter(FloatDistribution(0.0, 0.4, step=0.1)), np.random.default_rng(3)
    drawn = [round(10 * parameter.drawn(rng)) for _ in range(5000)]
    assert np.bincount(drawn) == pytest.approx(np.full(5, 1000), abs=120)


@pytest.mark.parametrize(
    ("distribution", "value", "holds"),
    [
        (FloatDistribution(0.0, 1.0), 0.5, True),
        (FloatDistribution(0.0, 1.0), 1, True),
        (FloatDistribution(0.0, 1.0), 1.5, False),
        (FloatDistribution(0.0, 1.0), float("nan"), False),
        (FloatDistribution(0.0, 1.0), "0.5", False),
        (FloatDistribution(0.0, 1.0), None, False),
        (IntDistribution(0, 1), True, False),
        (CategoricalDistribution(["a", "b"]), "b", True),
        (CategoricalDistribution(["a", "b"]), "c", False),
        (CategoricalDistribution(["a", None]), None, True),
    ],
)
def test_which_values_it_holds(distribution: BaseDistribution, value: Any, holds: bool) -> None:
    assert Parameter(distribution).holds(value) is holds
