from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.map_objective import PositivePart
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.map_objective import own_torch_settings
from optuna_nasbot.gp.positive_semidefinite import positive_part
from optuna_nasbot.gp.regression import condition


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with own_torch_settings():
        yield


SIZES = (3, 2, 1)
N_PARAMETERS = 10


def random_terms(n: int, seed: int) -> list[np.ndarray]:
    """Symmetric, without triangle inequality: kernels of them are indefinite."""
    rng = np.random.default_rng(seed)
    upper = [np.triu(rng.exponential(size=(k, n, n)), 1) for k in SIZES]
    return [half + half.transpose(0, 2, 1) for half in upper]


def symmetric(eigenvalues: list[float]) -> torch.Tensor:
    rng = np.random.default_rng(0)
    vectors, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))
    return torch.tensor((vectors * eigenvalues) @ vectors.T, requires_grad=True)


@pytest.mark.parametrize(
    "eigenvalues",
    [
        [2.0, 1.0, 0.5, 0.1],
        [2.0, 0.5, -0.3, -1.0],
        # Coinciding eigenvalues, where differentiating the eigenvectors would divide by zero.
        [2.0, 2.0, -0.5, -0.5],
        [-1.0, -1.0, -2.0, -3.0],
    ],
)
def test_derivative_of_the_repair(eigenvalues: list[float]) -> None:
    matrix = symmetric(eigenvalues)
    # The repair reads one triangle only, so finite differences need a symmetric input.
    assert torch.autograd.gradcheck(lambda m: PositivePart.apply((m + m.T) / 2), (matrix,))
    expected, _ = positive_part(matrix.detach().numpy())
    np.testing.assert_allclose(PositivePart.apply(matrix).detach().numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(("n", "indefinite"), [(1, False), (2, False), (12, True)])
def test_value_is_the_one_of_the_regression(n: int, indefinite: bool) -> None:
    terms = random_terms(n, seed=1)
    values = np.random.default_rng(2).normal(size=n)
    mean, std = np.zeros(N_PARAMETERS), np.full(N_PARAMETERS, 2.0)
    x = np.linspace(-1.5, 0.1, N_PARAMETERS)
    parameters = KernelParameters.from_log(x, SIZES)
    kernel = sum_kernel(terms, parameters)
    assert (np.linalg.eigvalsh(kernel)[0] < 0) == indefinite
    likelihood = condition(kernel, values, parameters.noise_variance).log_marginal_likelihood
    value, _ = map_objective(terms, values, mean, std)(x)
    assert value == pytest.approx(-likelihood + x @ x / 8)


@pytest.mark.parametrize("seed", range(5))
def test_gradient_against_finite_differences(seed: int) -> None:
    terms = random_terms(12, seed)
    rng = np.random.default_rng(seed)
    prior = rng.normal(size=N_PARAMETERS), np.ones(N_PARAMETERS)
    objective = map_objective(terms, rng.normal(size=12), *prior)
    x = 0.5 * rng.normal(size=N_PARAMETERS) - 1.5
    kernel = sum_kernel(terms, KernelParameters.from_log(x, SIZES))
    assert np.linalg.eigvalsh(kernel)[0] < -0.01
    step = 1e-5
    differences = [
        (objective(x + step * unit)[0] - objective(x - step * unit)[0]) / (2 * step)
        for unit in np.eye(N_PARAMETERS)
    ]
    np.testing.assert_allclose(objective(x)[1], differences, rtol=1e-5, atol=1e-6)


def test_the_number_of_threads_is_restored_even_after_an_error() -> None:
    def fail() -> None:
        with own_torch_settings():
            assert torch.get_num_threads() == 1
            raise RuntimeError("inside")

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(RuntimeError, match="inside"):
            fail()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
