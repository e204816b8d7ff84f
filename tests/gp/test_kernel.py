from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import product_kernel
from optuna_nasbot.gp.kernel import sum_kernel

PARAMETERS = KernelParameters(np.array([2.0, 3.0]), np.array([1.0, 0.5]), np.array([0.1, 4.0]), 1)
# One pair of networks: sum of betas_lp lp = 1 + 2, sum of betas_emd emd^2 = 0.1 * 9 + 4 * 0.25.
LP, EMD = np.array([[[1.0]], [[4.0]]]), np.array([[[3.0]], [[0.5]]])


def test_kernels_of_one_pair_by_hand() -> None:
    expected = 2 * math.exp(-3) + 3 * math.exp(-1.9)
    assert sum_kernel(LP, EMD, PARAMETERS).item() == pytest.approx(expected)
    assert product_kernel(LP, EMD, PARAMETERS, 5.0).item() == pytest.approx(5 * math.exp(-4.9))


def test_kernel_at_distance_zero_is_the_sum_of_the_variances() -> None:
    zero = np.zeros((2, 3, 4))
    np.testing.assert_array_equal(sum_kernel(zero, zero, PARAMETERS), np.full((3, 4), 5.0))


@pytest.mark.parametrize("shape", [(2, 0, 3), (2, 3, 0), (2, 0, 0)])
def test_kernel_without_networks_is_empty(shape: tuple[int, int, int]) -> None:
    assert sum_kernel(np.zeros(shape), np.zeros(shape), PARAMETERS).shape == shape[1:]


def test_log_vector_round_trip() -> None:
    again = KernelParameters.from_log(PARAMETERS.to_log())
    np.testing.assert_allclose(again.alphas, PARAMETERS.alphas)
    np.testing.assert_allclose(again.betas_lp, PARAMETERS.betas_lp)
    np.testing.assert_allclose(again.betas_emd, PARAMETERS.betas_emd)
    assert again.noise_variance == pytest.approx(PARAMETERS.noise_variance)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([1.0, -1.0], [1.0], [1.0], 0.1), "alphas"),
        (([1.0], [1.0], [1.0], 0.1), "alphas"),
        (([1.0, 1.0], [math.nan], [1.0], 0.1), "betas_lp"),
        (([1.0, 1.0], [1.0], [[1.0]], 0.1), "betas_emd"),
        (([1.0, 1.0], [1.0], [1.0, 2.0], 0.1), "betas_emd"),
        (([1.0, 1.0], [1.0], [1.0], 0.0), "noise_variance"),
        (([1.0, 1.0], [1.0], [1.0], math.inf), "noise_variance"),
    ],
)
def test_bad_parameters_are_named(arguments: tuple, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        KernelParameters(*arguments)


@pytest.mark.parametrize(
    ("lp", "emd"),
    [
        (np.zeros((3, 2, 2)), np.zeros((3, 2, 2))),
        (np.zeros((2, 2, 2)), np.zeros((2, 2, 3))),
        (np.zeros((2, 2)), np.zeros((2, 2))),
    ],
)
def test_distances_of_the_wrong_shape_are_refused(lp: np.ndarray, emd: np.ndarray) -> None:
    with pytest.raises(ValueError, match="lp and emd must have shape"):
        sum_kernel(lp, emd, PARAMETERS)
