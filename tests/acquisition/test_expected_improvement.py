from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.acquisition import expected_improvement
from optuna_nasbot.acquisition import log_expected_improvement


def exact_log_ei(mean: float, std: float, best: float) -> float:
    """The textbook formula with enough digits for its cancellation."""
    with mpmath.workdps(60):
        z = (mpmath.mpf(mean) - best) / std
        # Phi is taken in the complementary form, since mpmath's loses the tail.
        cdf = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
        return float(mpmath.log(std * (mpmath.npdf(z) + z * cdf)))


@pytest.mark.parametrize("std", [1e-6, 0.3, 50.0])
def test_against_the_formula_in_high_precision(std: float) -> None:
    zs = np.concatenate([np.linspace(-45, 10, 111), -np.geomspace(1e-8, 1e5, 53), [10.0, 1e6]])
    values = log_expected_improvement(zs * std, np.full(len(zs), std), 0.0)
    expected = [exact_log_ei(z * std, std, 0.0) for z in zs.tolist()]
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def test_known_values() -> None:
    # At the best value the improvement is std / sqrt(2 pi); well above it, mean - best.
    result = expected_improvement(np.array([1.0, 30.0]), np.array([2.0, 0.5]), 1.0)
    np.testing.assert_allclose(result, [2 / math.sqrt(2 * math.pi), 29.0])


finite = st.floats(-1e300, 1e300)


@given(finite, finite, st.floats(1e-300, 1e300), finite)
def test_finite_and_monotone_in_the_mean(a: float, b: float, std: float, best: float) -> None:
    means = np.sort(np.array([a, b]))
    low, high = log_expected_improvement(means, np.full(2, std), best)
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert low - high <= 1e-15 * abs(high)  # two means that rounding can't tell apart


@given(st.floats(-60, 5), st.floats(1e-4, 1))
def test_strictly_monotone_across_the_changes_of_formula(z: float, step: float) -> None:
    low, high = log_expected_improvement(np.array([z, z + step]), np.ones(2), 0.0)
    assert low < high


@given(st.floats(-1e3, 0), st.floats(0.01, 10), st.floats(1.01, 10))
def test_below_the_best_uncertainty_helps(mean: float, std: float, factor: float) -> None:
    low, high = log_expected_improvement(np.full(2, mean), np.array([std, std * factor]), 0.0)
    assert low < high


def test_candidates_far_below_the_best_stay_distinguishable() -> None:
    means = np.array([-50.0, -60.0, -1e4])
    assert not expected_improvement(means, np.ones(3), 0.0).any()
    assert np.all(np.diff(log_expected_improvement(means, np.ones(3), 0.0)) < 0)


def test_without_candidates() -> None:
    assert log_expected_improvement(np.zeros(0), np.zeros(0), 0.0).shape == (0,)


def test_of_what_is_known_it_is_the_improvement() -> None:
    found = log_expected_improvement(np.array([3.0, 1.0, 0.0]), np.zeros(3), 1.0)
    np.testing.assert_array_equal(np.exp(found), [2.0, 0.0, 0.0])


@pytest.mark.parametrize("std", [-1.0, math.nan])
def test_std_must_not_be_negative(std: float) -> None:
    with pytest.raises(ValueError, match="std: expected no negative numbers"):
        log_expected_improvement(np.zeros(2), np.array([1.0, std]), 0.0)
