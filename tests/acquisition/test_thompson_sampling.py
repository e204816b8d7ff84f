from __future__ import annotations

import numpy as np

from optuna_nasbot.acquisition import thompson_sample

MEAN, COVARIANCE = np.array([1.0, -2.0]), np.array([[1.0, 0.6], [0.6, 0.5]])


def test_samples_have_the_mean_and_the_covariance() -> None:
    rng = np.random.default_rng(0)
    samples = np.array([thompson_sample(MEAN, COVARIANCE, rng) for _ in range(4000)])
    np.testing.assert_allclose(samples.mean(axis=0), MEAN, atol=0.06)
    np.testing.assert_allclose(np.cov(samples.T), COVARIANCE, atol=0.06)


def test_the_generator_decides() -> None:
    first, again, other = (
        thompson_sample(MEAN, COVARIANCE, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_semidefinite_covariance_is_sampled_on_its_range() -> None:
    sample = thompson_sample(np.zeros(2), np.ones((2, 2)), np.random.default_rng(0))
    assert abs(sample[0] - sample[1]) < 1e-6 < abs(sample[0])


def test_without_candidates() -> None:
    assert thompson_sample(np.zeros(0), np.zeros((0, 0)), np.random.default_rng(0)).shape == (0,)


def test_rounding_does_not_change_the_draw() -> None:
    """Equal eigenvalues have any eigenvectors, which the draw must not depend on."""
    noise = np.random.default_rng(1).standard_normal((6, 6)) * 1e-14
    for covariance in (np.eye(6), np.ones((6, 6)), np.kron(np.eye(2), np.ones((3, 3)))):
        draws = [
            thompson_sample(np.zeros(6), matrix, np.random.default_rng(0))
            for matrix in (covariance, covariance + noise + noise.T)
        ]
        np.testing.assert_allclose(*draws, atol=1e-5)
