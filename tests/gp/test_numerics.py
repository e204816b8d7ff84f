"""Whatever was observed, predictions and acquisition values are finite."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from optuna_nasbot import OTMANN
from optuna_nasbot import MLPSpace
from optuna_nasbot.acquisition import log_expected_improvement
from optuna_nasbot.acquisition import thompson_sample
from optuna_nasbot.acquisition import upper_confidence_bound
from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.acquisition.criterion import criterion
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp import KernelParameters
from optuna_nasbot.gp import condition
from optuna_nasbot.gp import equal_prior
from optuna_nasbot.gp import fit
from optuna_nasbot.gp import hallucinate
from optuna_nasbot.gp import sum_kernel
from optuna_nasbot.gp import warp
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search.initial_design import networks_around_pool
from optuna_nasbot.trials.configuration import of_networks

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = of_networks("net", networks_around_pool(SPACE, 40, np.random.default_rng(0)))
NEW = NETWORKS[-8:]
KERNEL = default_kernel({"net": NetworkDistances(OTMANN.for_space(SPACE), SPACE.initial_pool)})
ACQUISITIONS = get_args(AcquisitionName)

finite = st.floats(allow_nan=False, allow_infinity=False)
extremes = st.sampled_from([1e308, -1e308, math.nextafter(math.inf, 0), 5e-324, -5e-324, 0.0, 1.0])


def lists_of_values(n: int) -> st.SearchStrategy[list[float]]:
    """n values: any, extreme ones, all equal, all equal but for rounding, one outlier."""
    return st.one_of(
        st.lists(finite, min_size=n, max_size=n),
        st.lists(extremes, min_size=n, max_size=n),
        finite.map(lambda value: [value] * n),
        st.just(list(1.0 + np.arange(n) * 2.0**-52)),
        extremes.map(lambda outlier: [*np.linspace(0.0, 1e-300, n - 1), outlier]),
    )


values_of_any_number = st.integers(1, 30).flatmap(lists_of_values).map(np.array)


@settings(max_examples=500)
@given(values=values_of_any_number)
def test_warped_values_keep_their_order(values: NDArray[np.float64]) -> None:
    warped = warp(values)
    assert np.isfinite(warped).all()
    assert np.abs(warped).max() < 10
    order = np.argsort(values, kind="stable")
    for low, high in pairwise(order):
        assert (warped[low] < warped[high]) == (values[low] < values[high])
        assert warped[low] <= warped[high]


# --- Kernels that are no kernels


def random_terms(n: int, seed: int, scale: float) -> list[list[NDArray[np.float64]]]:
    """Symmetric dissimilarities without a triangle inequality, some of them 0 between others."""
    rng = np.random.default_rng(seed)
    terms = []
    for k in (4, 4, 1):
        term = scale * rng.exponential(size=(k, n, n)) * rng.integers(0, 2, (n, n))
        term += np.swapaxes(term, 1, 2)
        term[:, np.arange(n), np.arange(n)] = 0.0
        terms.append([term])
    return terms


@settings(max_examples=80)
@given(
    values=values_of_any_number,
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([0.0, 5e-324, 1e-8, 0.1, 1.0, 10.0, 1e8, 1e300]),
    n_observed=st.integers(1, 30),
)
def test_indefinite_kernels(
    values: NDArray[np.float64], seed: int, scale: float, n_observed: int
) -> None:
    n = len(values)
    terms = random_terms(n + 6, seed, scale)
    warped = warp(values)
    parameters = fit([[view[:, :n, :n]] for (view,) in terms], warped, equal_prior([4, 4, 1]))
    check_parameters(parameters)
    kernel = sum_kernel(terms, parameters)
    posterior = condition(
        kernel[:n, :n], warped, parameters.noise_variance, project_cross_kernel=True
    )
    rng = np.random.default_rng(seed)
    for added in (None, rng.standard_normal(3)):
        extended = hallucinate(
            posterior, kernel[n : n + 3, :n], kernel[n : n + 3, n : n + 3], added
        )
        cross, square = kernel[n + 3 :, : n + 3], kernel[n + 3 :, n + 3 :]
        mean, variance = extended.predict(cross, np.diag(square))
        joint = extended.joint_covariance(cross, square)
        for values_of_new in (
            mean,
            log_expected_improvement(mean, np.sqrt(variance), warped.max()),
            upper_confidence_bound(mean, np.sqrt(variance)),
            thompson_sample(mean, joint, rng),
        ):
            assert values_of_new.shape == (3,)
            assert np.isfinite(values_of_new).all()


def check_parameters(parameters: KernelParameters) -> None:
    for numbers in (parameters.alphas, *parameters.betas, parameters.noise_variance):
        assert np.isfinite(numbers).all()
        assert np.all(numbers > 0)


# --- Networks


def alone(surrogate: Surrogate, best: float) -> Predictions:
    return Predictions([surrogate], [], np.zeros(0), np.array([[best]]), np.array([-3.0]))


def check_surrogate(surrogate: Surrogate) -> None:
    mean, std = surrogate.predict(NEW)
    assert np.isfinite(mean).all()
    assert np.isfinite(std).all()
    assert (std > 0).all()
    for name in ACQUISITIONS:
        acquisition = criterion(name, alone(surrogate, 1.0), np.random.default_rng(0))
        for networks in (NEW[:5], NEW, [NEW[0]] * 3):  # asked again, and one of them thrice
            acquired = acquisition(networks)
            assert acquired.shape == (len(networks),)
            assert np.isfinite(acquired).all()


@settings(max_examples=40)
@given(values=values_of_any_number, data=st.data())
def test_any_values_of_networks_that_may_come_twice(
    values: NDArray[np.float64], data: st.DataObject
) -> None:
    n_different = data.draw(st.sampled_from([1, 2, len(NETWORKS)]))
    networks = data.draw(
        st.lists(
            st.sampled_from(NETWORKS[:n_different]), min_size=len(values), max_size=len(values)
        )
    )
    surrogate = SurrogateFitter(KERNEL).fit(networks, Targets(values))
    check_parameters(surrogate.parameters)
    check_surrogate(surrogate)
    check_surrogate(surrogate.hallucinate([NEW[0], NEW[0], networks[0]]))


@pytest.mark.parametrize("n_different", [3, 500])
def test_500_observations(n_different: int) -> None:
    rng = np.random.default_rng(1)
    some = of_networks("net", networks_around_pool(SPACE, 800, rng)[:n_different])
    assert len(some) == n_different
    networks = [some[i % n_different] for i in range(500)]
    values = rng.choice([1e308, -1e308, 5e-324, 0.0], 500) * rng.random(500)
    surrogate = SurrogateFitter(KERNEL).fit(networks, Targets(values))
    assert surrogate.configurations == tuple(networks)
    check_surrogate(surrogate)
