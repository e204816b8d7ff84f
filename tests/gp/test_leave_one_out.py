from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.gp.leave_one_out import leave_one_out
from optuna_nasbot.gp.positive_semidefinite import positive_part
from optuna_nasbot.gp.regression import condition

NOISE = 0.05


def predicted_from_the_others(
    kernel: np.ndarray, values: np.ndarray, left_out: int
) -> tuple[float, float]:
    others = np.delete(np.arange(len(values)), left_out)
    posterior = condition(kernel[np.ix_(others, others)], values[others], NOISE)
    mean, variance = posterior.predict(
        kernel[left_out, others][None, :], kernel[left_out, left_out][None]
    )
    return mean.item(), variance.item() + NOISE


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(size=12)


def test_it_is_what_refits_without_each_observation_predict(values: np.ndarray) -> None:
    points = np.random.default_rng(1).uniform(0, 4, size=12)
    kernel = 1.3 * np.exp(-np.abs(np.subtract.outer(points, points)))
    mean, variance = leave_one_out(kernel, values, NOISE)
    expected = np.array([predicted_from_the_others(kernel, values, i) for i in range(12)])
    np.testing.assert_allclose(mean, expected[:, 0], rtol=1e-9)
    np.testing.assert_allclose(variance, expected[:, 1], rtol=1e-9)


def test_of_an_indefinite_kernel_the_repaired_one_counts(values: np.ndarray) -> None:
    random = np.random.default_rng(2).uniform(size=(12, 12))
    kernel = 0.2 * np.eye(12) + 0.5 * (random + random.T)
    repaired = positive_part(kernel).matrix
    assert not np.allclose(repaired, kernel)
    mean, variance = leave_one_out(kernel, values, NOISE)
    expected = np.array([predicted_from_the_others(repaired, values, i) for i in range(12)])
    np.testing.assert_allclose(mean, expected[:, 0], rtol=1e-8)
    np.testing.assert_allclose(variance, expected[:, 1], rtol=1e-8)


def test_one_observation_is_predicted_by_the_prior() -> None:
    mean, variance = leave_one_out(np.array([[2.0]]), np.array([7.0]), NOISE)
    assert mean.item() == pytest.approx(0.0)
    assert variance.item() == pytest.approx(2.0 + NOISE)
