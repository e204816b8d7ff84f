from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate


def exponential_kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.exp(-np.abs(np.subtract.outer(a, b)))


TRAIN, TEST, PENDING = np.array([0.0, 1.0, 2.5]), np.array([0.4, 1.7, 9.0]), np.array([1.7, 4.0])
VALUES = np.array([1.0, -1.0, 0.5])
# A "distance" that breaks the triangle inequality; eigenvalues include a negative one.
INDEFINITE = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.9], [0.1, 0.9, 1.0]])

# Of rank 1 up to rounding.
ROUNDED = np.random.default_rng(0).normal(size=20)


@pytest.fixture
def posterior() -> Posterior:
    return condition(exponential_kernel(TRAIN, TRAIN), VALUES, 0.01)


def test_one_observation_by_hand() -> None:
    one = condition(np.array([[2.0]]), np.array([4.0]), 0.5)
    mean, variance = one.predict(np.array([[1.0]]), np.array([2.0]))
    assert mean.item() == pytest.approx(1 / 2.5 * 4)
    assert variance.item() == pytest.approx(2 - 1 / 2.5)


def test_far_away_the_prior_returns(posterior: Posterior) -> None:
    mean, variance = posterior.predict(np.zeros((1, 3)), np.array([1.0]))
    assert (mean.item(), variance.item()) == (0.0, 1.0)


def test_joint_covariance_has_the_marginal_variances(posterior: Posterior) -> None:
    cross = exponential_kernel(TEST, TRAIN)
    covariance = posterior.joint_covariance(cross, exponential_kernel(TEST, TEST))
    np.testing.assert_allclose(np.diag(covariance), posterior.predict(cross, np.ones(3))[1])


def test_variances_stay_above_their_floor() -> None:
    # The same network in all places: its variance would be about noise / 3 times less.
    certain = condition(np.full((3, 3), 1e-6), VALUES, 0.01)
    cross = np.ones((2, 3))
    np.testing.assert_array_equal(certain.predict(cross, np.zeros(2))[1], [5e-4, 5e-4])
    joint = certain.joint_covariance(cross, np.zeros((2, 2)))
    assert np.linalg.eigvalsh(joint)[0] == pytest.approx(5e-4)


def test_without_candidates_the_prediction_is_empty(posterior: Posterior) -> None:
    mean, variance = posterior.predict(np.zeros((0, 3)), np.zeros(0))
    assert mean.shape == variance.shape == (0,)
    assert posterior.joint_covariance(np.zeros((0, 3)), np.zeros((0, 0))).shape == (0, 0)


def test_duplicates_with_different_values_average() -> None:
    twice = condition(np.ones((2, 2)), np.array([1.0, 3.0]), 1e-4)
    assert twice.predict(np.ones((1, 2)), np.ones(1))[0].item() == pytest.approx(2, abs=1e-3)


def test_projection_changes_nothing_for_a_positive_definite_kernel(posterior: Posterior) -> None:
    train = exponential_kernel(TRAIN, TRAIN)
    projected = condition(train, VALUES, 0.01, project_cross_kernel=True)
    cross = exponential_kernel(TEST, TRAIN)
    expected = posterior.predict(cross, np.ones(3))
    np.testing.assert_allclose(projected.predict(cross, np.ones(3)), expected, rtol=1e-12)


def test_projection_is_the_one_of_the_cross_kernel() -> None:
    eigenvalues, vectors = np.linalg.eigh(INDEFINITE)
    assert eigenvalues[0] < -0.05
    cross = np.array([[0.2, 0.9, 0.3]])
    projected_cross = cross - (cross @ vectors[:, :1]) @ vectors[:, :1].T
    plain = condition(INDEFINITE, VALUES, 0.01)
    projected = condition(INDEFINITE, VALUES, 0.01, project_cross_kernel=True)
    expected = plain.predict(projected_cross, np.ones(1))
    result = projected.predict(cross, np.ones(1))
    np.testing.assert_allclose(result, expected, rtol=1e-10)
    assert abs(result[0] - plain.predict(cross, np.ones(1))[0]) > 0.01


def test_projected_training_points_predict_their_values() -> None:
    """Unprojected, the removed eigenvector still carries weight and the mean is off."""
    values = np.linalg.eigh(INDEFINITE)[1][:, 2]
    projected = condition(INDEFINITE, values, 1e-4, project_cross_kernel=True)
    mean, _ = projected.predict(INDEFINITE, np.ones(3))
    np.testing.assert_allclose(mean, values, atol=1e-3)


class TestPending:
    def enlarge(self, posterior: Posterior) -> tuple[Posterior, np.ndarray]:
        both = hallucinate(
            posterior, exponential_kernel(PENDING, TRAIN), exponential_kernel(PENDING, PENDING)
        )
        return both, exponential_kernel(TEST, np.concatenate([TRAIN, PENDING]))

    def test_mean_stays_and_variance_shrinks(self, posterior: Posterior) -> None:
        both, cross = self.enlarge(posterior)
        mean, variance = posterior.predict(cross[:, :3], np.ones(3))
        new_mean, new_variance = both.predict(cross, np.ones(3))
        np.testing.assert_allclose(new_mean, mean)
        assert np.all(new_variance <= variance + 1e-12)
        # The second test point is pending: what is left is about the noise.
        assert new_variance[1] < 0.01 < variance[1]

    def test_it_is_the_posterior_of_as_many_observations(self, posterior: Posterior) -> None:
        """The mean of pending points is observed there; nothing else tells them apart."""
        both, cross = self.enlarge(posterior)
        everywhere = np.concatenate([TRAIN, PENDING])
        mean, _ = posterior.predict(exponential_kernel(PENDING, TRAIN), np.ones(2))
        anew = condition(exponential_kernel(everywhere, everywhere), np.append(VALUES, mean), 0.01)
        for result, expected in zip(
            both.predict(cross, np.ones(3)), anew.predict(cross, np.ones(3)), strict=True
        ):
            np.testing.assert_allclose(result, expected, rtol=1e-10)

    def test_known_values_are_kept_whatever_the_noise(self) -> None:
        noisy = condition(exponential_kernel(TRAIN, TRAIN), VALUES, 0.5)
        cross, square = exponential_kernel(PENDING, TRAIN), exponential_kernel(PENDING, PENDING)
        both = hallucinate(noisy, cross, square, np.array([2.0, -3.0]))
        everywhere = np.concatenate([TRAIN, PENDING])
        mean, variance = both.predict(exponential_kernel(PENDING, everywhere), np.ones(2))
        np.testing.assert_allclose(mean, [2.0, -3.0], rtol=1e-10)
        assert (variance < 0.05 * 0.5 + 1e-10).all()

    def test_means_stay_where_the_kernel_is_indefinite(self) -> None:
        start = condition(INDEFINITE, VALUES, 0.01, project_cross_kernel=True)
        cross = np.array([[0.2, 0.9, 0.3]])
        both = hallucinate(start, cross, np.ones((1, 1)))
        mean, variance = start.predict(cross, np.ones(1))
        new_mean, new_variance = both.predict(np.append(cross, [[1.0]], axis=1), np.ones(1))
        np.testing.assert_allclose(new_mean, mean, rtol=1e-10)
        assert new_variance < 0.5 * variance

    def test_no_pending_points(self, posterior: Posterior) -> None:
        same = hallucinate(posterior, np.zeros((0, 3)), np.zeros((0, 0)))
        np.testing.assert_array_equal(same.weights, posterior.weights)


@pytest.mark.parametrize(
    ("kernel", "values", "noise", "message"),
    [
        (np.eye(3), np.zeros(2), 0.1, "train_kernel must have shape"),
        (np.eye(2), np.zeros((2, 1)), 0.1, "values must have shape"),
        (np.eye(2), np.array([0.0, math.nan]), 0.1, "must be finite"),
        (np.diag([1.0, math.inf]), np.zeros(2), 0.1, "must be finite"),
        (np.array([[1.0, 0.5], [0.4, 1.0]]), np.zeros(2), 0.1, "symmetric"),
        (np.eye(2), np.zeros(2), 0.0, "noise_variance must be"),
        (np.eye(2), np.zeros(2), math.nan, "noise_variance must be"),
        (1e20 * np.outer(ROUNDED, ROUNDED), np.zeros(20), 1e-20, "too small"),
    ],
)
def test_bad_training_data_is_refused(
    kernel: np.ndarray, values: np.ndarray, noise: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        condition(kernel, values, noise)


def test_arrays_that_would_broadcast_are_refused(posterior: Posterior) -> None:
    cross = np.zeros((2, 3))
    with pytest.raises(ValueError, match="prior_variance must have shape"):
        posterior.predict(cross, np.eye(2))
    with pytest.raises(ValueError, match="prior_covariance must have shape"):
        posterior.joint_covariance(cross, np.ones(2))
    with pytest.raises(ValueError, match="cross_kernel must have shape"):
        posterior.predict(np.zeros((2, 4)), np.ones(2))
    with pytest.raises(ValueError, match="prior_covariance must have shape"):
        hallucinate(posterior, cross, np.ones((1, 1)))
    with pytest.raises(ValueError, match="latent must have shape"):
        hallucinate(posterior, cross, np.eye(2), np.ones((2, 1)))
