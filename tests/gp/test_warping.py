from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

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
    warped = warp(array)
    assert np.isfinite(warped).all()
    if warped.any():
        assert warped.mean() == pytest.approx(0, abs=1e-9)
        assert warped.std() == pytest.approx(1)
    assert (np.sign(np.subtract.outer(warped, warped)) == _order(array)).all()


def _order(array: np.ndarray) -> np.ndarray:
    return (array[:, None] > array).astype(float) - (array[:, None] < array)


@pytest.mark.parametrize("values", [[3.0], [0.1] * 7, [-1e308] * 4, [0.0, -0.0], []])
def test_equal_values_become_zero(values: list[float]) -> None:
    np.testing.assert_array_equal(warp(np.array(values)), np.zeros(len(values)))


def test_normal_scores_by_hand() -> None:
    # Ranks 3, 0, 4, 2, 1 of 5; Phi^-1 of 0.1, 0.3, 0.5 (standard tables), before standardising.
    scores = np.array([0.5244005127, -1.2815515655, 1.2815515655, 0.0, -0.5244005127])
    warped = warp(np.array([3.0, -1e9, 6.0, 2.0, 1.0]))
    np.testing.assert_allclose(warped, scores / scores.std(), atol=1e-9)


def test_how_bad_a_failure_is_does_not_matter() -> None:
    values = np.array([0.90, 0.91, 0.93, 0.94, 0.1])
    worse = np.array([0.90, 0.91, 0.93, 0.94, -1e300])
    np.testing.assert_array_equal(warp(values), warp(worse))


def test_ties_share_their_mean_rank() -> None:
    one = warp(np.array([1.0, 1.0, 2.0, 2.0]))
    # Ranks 0.5 and 2.5 of 4 lie symmetrically around the middle.
    np.testing.assert_allclose(one, [-1.0, -1.0, 1.0, 1.0])


@given(finite_lists, st.integers(-3, 3))
def test_warp_does_not_depend_on_the_unit(values: list[float], exponent: int) -> None:
    array = np.array([round(value / 1e305, 3) for value in values])
    np.testing.assert_allclose(warp(array * 2.0**exponent), warp(array))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_warp_refuses_what_is_not_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        warp(np.array([1.0, bad]))
