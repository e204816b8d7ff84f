from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.prior import Prior

SHAPES = ((3,), (2, 1))
"""The numbers of dissimilarities of the views of each term."""
SIZES = (3, 3)
N_PARAMETERS = 9


def random_terms(n: int, seed: int) -> list[list[np.ndarray]]:
    """Symmetric, without triangle inequality: kernels of them are indefinite."""
    rng = np.random.default_rng(seed)
    upper = [[np.triu(rng.exponential(size=(k, n, n)), 1) for k in term] for term in SHAPES]
    return [[half + half.transpose(0, 2, 1) for half in term] for term in upper]


@pytest.mark.parametrize(("n", "indefinite"), [(1, False), (2, False), (24, True)])
def test_value_is_the_density_of_the_repaired_kernel(n: int, indefinite: bool) -> None:
    terms = random_terms(n, seed=1)
    values = np.random.default_rng(2).normal(size=n)
    mean, std = np.zeros(N_PARAMETERS), np.full(N_PARAMETERS, 2.0)
    x = np.linspace(-1.5, 0.1, N_PARAMETERS)
    parameters = KernelParameters.from_log(x, SIZES)
    kernel = sum_kernel(terms, parameters)
    assert (np.linalg.eigvalsh(kernel)[0] < 0) == indefinite
    eigenvalues, vectors = np.linalg.eigh(kernel)
    repaired = (vectors * np.maximum(eigenvalues, 0)) @ vectors.T
    covariance = repaired + parameters.noise_variance * np.eye(n)
    likelihood = multivariate_normal(np.zeros(n), covariance).logpdf(values)
    value, _ = map_objective(terms, values, Prior(SIZES, mean, std))(x)
    assert value == pytest.approx(-likelihood + x @ x / 8)


@pytest.mark.parametrize("seed", range(5))
def test_gradient_against_finite_differences(seed: int) -> None:
    terms = random_terms(12, seed)
    rng = np.random.default_rng(seed)
    prior = Prior(SIZES, rng.normal(size=N_PARAMETERS), np.ones(N_PARAMETERS))
    objective = map_objective(terms, rng.normal(size=12), prior)
    x = 0.5 * rng.normal(size=N_PARAMETERS) - 1.5
    kernel = sum_kernel(terms, KernelParameters.from_log(x, SIZES))
    assert np.linalg.eigvalsh(kernel)[0] < -0.01
    step = 1e-5
    differences = [
        (objective(x + step * unit)[0] - objective(x - step * unit)[0]) / (2 * step)
        for unit in np.eye(N_PARAMETERS)
    ]
    np.testing.assert_allclose(objective(x)[1], differences, rtol=1e-5, atol=1e-6)
