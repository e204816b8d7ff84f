"""Probability that all constraints are satisfied."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from optuna_nasbot.acquisition.feasibility import log_probability_of_feasibility


def test_is_the_product_of_the_probabilities() -> None:
    mean, std = np.array([[0.5, -1.0], [0.0, 3.0]]), np.array([[1.0, 2.0], [0.1, 1.0]])
    expected = [norm.cdf(0.5) * norm.cdf(-0.5), 0.5 * norm.cdf(3.0)]
    assert np.exp(log_probability_of_feasibility(mean, std)) == pytest.approx(expected)


def test_candidates_far_from_feasible_are_told_apart() -> None:
    found = log_probability_of_feasibility(np.array([[-50.0], [-60.0]]), np.ones((2, 1)))
    assert np.isfinite(found).all()
    assert found[0] > found[1]


def test_what_is_known_is_satisfied_or_not() -> None:
    mean = np.array([[2.0, 0.0], [0.0, 0.0], [-1e-9, 5.0]])
    found = log_probability_of_feasibility(mean, np.zeros((3, 2)))
    assert found.tolist() == [0.0, 0.0, -np.inf]


def test_no_constraints() -> None:
    assert log_probability_of_feasibility(np.zeros((2, 0)), np.zeros((2, 0))).tolist() == [0, 0]
