from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.gp.warping import half_rank
from optuna_nasbot.gp.warping import standardise
from optuna_nasbot.gp.warping import warp

finite_lists = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20)
few_values = st.lists(st.sampled_from([-1e308, -1.0, 0.0, 5e-324, 1.0, 1e308]), min_size=1)


@given(finite_lists | few_values)
@example([1e308, -1e308])
@example([1.7976931348623157e308] * 3 + [-1.7976931348623157e308])
@example([5e-324, 0.0, 1e-323])
@example([0.1, 0.1, 0.1])
@example([0.0, 0.0, 1e-200, -1.0])
@example([1.0, math.nextafter(1.0, 2.0)])
def test_warp_is_finite_standardised_and_keeps_the_order(values: list[float]) -> None:
    array = np.array(values)
    for transform in (warp, standardise):
        warped = transform(array)
        assert np.isfinite(warped).all()
        if warped.any():
            assert warped.mean() == pytest.approx(0, abs=1e-9)
            assert warped.std() == pytest.approx(1)
        order = np.argsort(array, kind="stable")
        # Rounding alone may leave neighbours equal, never in reverse.
        assert np.all(np.diff(warped[order]) >= 0)
        equal = np.equal.outer(array, array)
        assert not np.subtract.outer(warped, warped)[equal].any()


@pytest.mark.parametrize("values", [[3.0], [0.1] * 7, [-1e308] * 4, [0.0, -0.0], []])
def test_equal_values_become_zero(values: list[float]) -> None:
    np.testing.assert_array_equal(warp(np.array(values)), np.zeros(len(values)))


def test_half_rank_by_hand() -> None:
    # Median 2; above it 3 and 6, so s^2 = (1 + 16) / 2. Below it ranks 0 and 1 of 5, and
    # Phi^-1(0.1) = -1.2815515655446004, Phi^-1(0.3) = -0.5244005127080407 (standard tables).
    s = math.sqrt(8.5)
    expected = [1 / s, -1.2815515655446004, 4 / s, 0, -0.5244005127080407]
    np.testing.assert_allclose(half_rank(np.array([3.0, -1e9, 6.0, 2.0, 1.0])), expected)


def test_how_bad_a_failure_is_does_not_matter() -> None:
    values = np.array([0.90, 0.91, 0.93, 0.94, 0.1])
    worse = np.array([0.90, 0.91, 0.93, 0.94, -1e300])
    np.testing.assert_allclose(warp(values), warp(worse), rtol=1e-6)


def test_ties_below_the_median_share_their_mean_rank() -> None:
    # Ranks 0 and 1 are shared: Phi^-1((0.5 + 0.5) / 5) = -0.8416212335729143.
    warped = half_rank(np.array([1.0, 1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(warped[:2], -0.8416212335729143)


def test_without_values_above_the_median_the_others_are_still_ranked() -> None:
    warped = warp(np.array([1.0, 2.0, 3.0, 3.0, 3.0]))
    assert warped[0] < warped[1] < warped[2] == warped[3] == warped[4]


@given(finite_lists, st.integers(-3, 3))
def test_warp_does_not_depend_on_the_unit(values: list[float], exponent: int) -> None:
    array = np.array([round(value / 1e305, 3) for value in values])
    np.testing.assert_allclose(warp(array * 2.0**exponent), warp(array))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_warp_refuses_what_is_not_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        warp(np.array([1.0, bad]))
