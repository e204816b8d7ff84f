from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from optuna_nasbot import OTMANN
from optuna_nasbot import MLPSpace
from optuna_nasbot.acquisition import log_expected_improvement
from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.acquisition.criterion import criterion
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import of_networks

SPACE = MLPSpace(max_layers=12, max_units=64)
NETWORKS = networks_around_pool(SPACE, 40, np.random.default_rng(0))
OBSERVED, NEW = NETWORKS[:12], of_networks("net", NETWORKS[12:24])


KERNEL = default_kernel({"net": NetworkDistances(OTMANN.for_space(SPACE), OBSERVED)})
EDGES = np.array([len(network.edges) for network in OBSERVED], dtype=float)


@pytest.fixture(scope="module", params=["exact", "noisy"])
def surrogate(request: pytest.FixtureRequest) -> Surrogate:
    observed = of_networks("net", OBSERVED)
    if request.param == "noisy":
        noise = np.random.default_rng(0).normal(scale=EDGES.std(), size=(3, len(EDGES)))
        noisy = SurrogateFitter(KERNEL).fit(observed * 3, Targets((EDGES + noise).ravel()))
        assert noisy.parameters.noise_variance > 0.2
        return noisy
    return SurrogateFitter(KERNEL).fit(observed, Targets(EDGES))


def alone(surrogate: Surrogate, best: float) -> Predictions:
    """One objective, and the best target so far."""
    return Predictions([surrogate], [], np.zeros(0), np.array([[best]]), np.array([-3.0]))


def test_log_ei_and_ucb_are_functions_of_the_prediction(surrogate: Surrogate) -> None:
    mean, std = surrogate.predict(NEW)
    rng = np.random.default_rng(0)
    log_ei = criterion("log_ei", alone(surrogate, 1.5), rng)(NEW)
    np.testing.assert_array_equal(log_ei, log_expected_improvement(mean, std, 1.5))
    np.testing.assert_allclose(criterion("ucb", alone(surrogate, 1.5), rng)(NEW), mean + 2.0 * std)


def test_a_thompson_sample_stays_the_same_function(surrogate: Surrogate) -> None:
    sample = criterion("ts", alone(surrogate, 1.5), np.random.default_rng(0))
    first = sample(NEW)
    again = sample(NEW)
    # Variances have a lower bound, which leaves this much to chance.
    assert np.abs(again - first).max() < 5 * np.sqrt(0.05 * surrogate.parameters.noise_variance)
    other = criterion("ts", alone(surrogate, 1.5), np.random.default_rng(1))(NEW)
    assert np.abs(other - first).max() > np.abs(again - first).max()


def test_thompson_samples_have_the_posterior_mean_and_deviation(surrogate: Surrogate) -> None:
    rng = np.random.default_rng(0)
    samples = np.array([criterion("ts", alone(surrogate, 1.5), rng)(NEW) for _ in range(400)])
    mean, covariance = surrogate.predict_jointly(NEW)
    std = np.sqrt(np.diag(covariance))
    # 400 draws: the standard errors are a twentieth of the deviation, and 3.5 % of it.
    np.testing.assert_allclose(samples.mean(axis=0), mean, atol=4 * std.max() / 20)
    np.testing.assert_allclose(samples.std(axis=0), std, rtol=4 * 0.035)


# --- Several objectives, constraints


@dataclass(frozen=True)
class Known:
    """Predicts given numbers for the networks of NEW."""

    values: NDArray[np.float64]
    std: float = 0.0

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean = np.array([self.values[NEW.index(each)] for each in candidates])
        return mean, np.full(len(mean), self.std)


FIRST, SECOND = np.linspace(-1.0, 1.0, 12), np.linspace(1.0, -2.0, 12)
FRONT = np.array([[0.0, 0.0], [-0.5, 0.5]])
SOURCE = np.random.default_rng(0)


@pytest.mark.parametrize("name", get_args(AcquisitionName))
def test_several_objectives_are_worth_the_volume_that_they_add(name: AcquisitionName) -> None:
    known = Predictions(
        [Known(FIRST), Known(SECOND)], [], np.zeros(0), FRONT, np.array([-1.0, -1.0])
    )
    found = criterion(name, known, SOURCE)(NEW)

    def volume(points: NDArray[np.float64]) -> float:
        grid = (np.arange(400) + 0.5) / 100 - 1.0
        x, y = np.meshgrid(grid, grid)
        return np.mean(np.any([(x < a) & (y < b) for a, b in points], axis=0)) * 16.0

    added = [
        volume(np.vstack([FRONT, point])) - volume(FRONT)
        for point in zip(FIRST, SECOND, strict=True)
    ]
    np.testing.assert_allclose(np.exp(found), added, atol=0.03)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", get_args(AcquisitionName))
def test_candidates_that_are_known_to_break_a_constraint_come_last(name: AcquisitionName) -> None:
    limited = Predictions(
        [Known(FIRST)], [Known(SECOND)], np.array([0.5]), np.array([[0.0]]), np.array([-1.0])
    )
    found = criterion(name, limited, SOURCE)(NEW)
    breaks = SECOND < 0.5
    assert found[~breaks].min() > found[breaks].max()
    # Those that break it less come before those that break it more.
    assert (np.diff(found[breaks]) < 0).all()


def test_the_probability_of_feasibility_counts_beside_the_improvement() -> None:
    uncertain = Predictions(
        [Known(FIRST, 0.3)], [Known(SECOND, 0.7)], np.array([0.5]), FRONT[:, :1], np.zeros(1)
    )
    found = criterion("log_ei", uncertain, SOURCE)(NEW)
    improvement = log_expected_improvement(FIRST, np.full(12, 0.3), 0.0)
    satisfied = norm.logcdf((SECOND - 0.5) / 0.7)
    np.testing.assert_allclose(found - improvement, 2.0 * satisfied)


@pytest.mark.parametrize("name", get_args(AcquisitionName))
def test_until_something_is_feasible_only_constraints_count(name: AcquisitionName) -> None:
    nothing = Predictions(
        [Known(FIRST)], [Known(SECOND, 0.5)], np.zeros(1), np.empty((0, 1)), np.zeros(1)
    )
    found = criterion(name, nothing, SOURCE)(NEW)
    assert (np.diff(found) <= 0).all()
    assert found[0] > found[-1]
