"""From values to what is modelled, and back."""

from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.gp.targets import Targets

VALUES = np.array([3.0, -1.0, 7.0, 7.0, 100.0, 0.5])


def test_observed_targets_stand_for_their_values() -> None:
    targets = Targets(VALUES)
    np.testing.assert_allclose(targets.values_of(targets.all), VALUES)


def test_between_observations_values_are_interpolated_and_beyond_them_they_stay() -> None:
    targets = Targets(VALUES)
    low, high = np.sort(targets.all)[:2]
    between = targets.values_of(np.array([0.75 * low + 0.25 * high]))
    assert between == pytest.approx([-1.0 + 0.25 * 1.5])
    assert targets.values_of(np.array([-50.0, 50.0])).tolist() == [-1.0, 100.0]


def test_better_targets_never_stand_for_worse_values() -> None:
    rng = np.random.default_rng(0)
    targets = Targets(rng.normal(size=30).round(1))
    found = targets.values_of(np.linspace(-4.0, 4.0, 200))
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_equal_values(values: list[float]) -> None:
    assert Targets(np.array(values)).values_of(np.array([-1.0, 0.0, 1.0])).tolist() == [2.0] * 3


def test_differences_that_overflow() -> None:
    targets = Targets(np.array([-1.7e308, 1.7e308]))
    middle = targets.values_of(np.array([0.0]))
    assert middle == pytest.approx([0.0], abs=1e295)
