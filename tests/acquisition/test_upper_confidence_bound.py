from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot.acquisition import upper_confidence_bound


def test_two_standard_deviations_by_default() -> None:
    bound = upper_confidence_bound(np.array([1.0, -1.0]), np.array([0.5, 0.0]))
    np.testing.assert_array_equal(bound, [2.0, -1.0])


def test_beta_counts_squared_standard_deviations() -> None:
    bound = upper_confidence_bound(np.zeros(1), np.ones(1), beta=9.0)
    np.testing.assert_array_equal(bound, [3.0])


@pytest.mark.parametrize("beta", [-1.0, math.nan])
def test_negative_beta_is_refused(beta: float) -> None:
    with pytest.raises(ValueError, match="beta: expected at least 0"):
        upper_confidence_bound(np.zeros(1), np.ones(1), beta=beta)
