from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters

PARAMETERS = KernelParameters(
    np.array([2.0, 3.0, 7.0]), (np.array([1.0, 0.5]), np.array([0.1, 4.0]), np.array([0.2])), 1
)
SIZES = (2, 2, 1)
# One pair of networks: weighted sums 1 + 2, 0.1 * 9 + 4 * 0.25 and 0.2 * 5.
TERMS = [[np.array([[[1.0]], [[4.0]]])], [np.array([[[9.0]], [[0.25]]])], [np.array([[[5.0]]])]]


def zero_terms(n: int, m: int) -> list[list[np.ndarray]]:
    return [[np.zeros((k, n, m))] for k in SIZES]


def test_kernels_of_one_pair_by_hand() -> None:
    expected = 2 * math.exp(-3) + 3 * math.exp(-1.9) + 7 * math.exp(-1)
    assert sum_kernel(TERMS, PARAMETERS).item() == pytest.approx(expected)


def test_one_term_is_enough() -> None:
    one = KernelParameters(np.array([2.0]), (np.array([1.0, 0.5]),), 1)
    assert sum_kernel(TERMS[:1], one).item() == pytest.approx(2 * math.exp(-3))


def test_views_of_one_term_make_a_product() -> None:
    views = [view for term in TERMS for view in term]
    product = KernelParameters(np.array([5.0]), (np.concatenate(PARAMETERS.betas),), 1)
    assert sum_kernel([views], product).item() == pytest.approx(5 * math.exp(-5.9))


def test_kernel_at_dissimilarity_zero_is_the_sum_of_the_variances() -> None:
    np.testing.assert_array_equal(sum_kernel(zero_terms(3, 4), PARAMETERS), np.full((3, 4), 12.0))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_kernel_without_networks_is_empty(shape: tuple[int, int]) -> None:
    assert sum_kernel(zero_terms(*shape), PARAMETERS).shape == shape


def test_log_vector_round_trip() -> None:
    vector = PARAMETERS.to_log()
    np.testing.assert_allclose(np.exp(vector), [2, 3, 7, 1, 0.5, 0.1, 4, 0.2, 1])
    again = KernelParameters.from_log(vector, SIZES)
    np.testing.assert_allclose(again.alphas, PARAMETERS.alphas)
    for beta, expected in zip(again.betas, PARAMETERS.betas, strict=True):
        np.testing.assert_allclose(beta, expected)
    assert again.noise_variance == pytest.approx(PARAMETERS.noise_variance)


@pytest.mark.parametrize("length", [8, 10])
def test_log_vector_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"vector must have shape \(9,\) for sizes \(2, 2, 1\)"):
        KernelParameters.from_log(np.zeros(length), SIZES)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([1.0, -1.0], [[1.0], [1.0]], 0.1), "alphas"),
        (([], [], 0.1), "alphas"),
        (([1.0, 1.0], [[math.nan], [1.0]], 0.1), r"betas\[0\]"),
        (([1.0, 1.0], [[1.0], [[1.0]]], 0.1), r"betas\[1\]"),
        (([1.0, 1.0], [[1.0], []], 0.1), r"betas\[1\]"),
        (([1.0, 1.0], [[1.0]], 0.1), "betas must have one vector per term"),
        (([1.0, 1.0], [[1.0], [1.0, 2.0]], 0.0), "noise_variance"),
        (([1.0, 1.0], [[1.0], [1.0, 2.0]], math.inf), "noise_variance"),
    ],
)
def test_bad_parameters_are_named(arguments: tuple, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        KernelParameters(*arguments)


@pytest.mark.parametrize(
    "shapes",
    [
        [],
        [(2, 3, 3), (2, 3, 3)],
        [(2, 3, 3), (1, 3, 3), (1, 3, 3)],
        [(2, 3, 3), (2, 3, 4), (1, 3, 3)],
        [(2, 3), (2, 3), (1, 3)],
    ],
)
def test_terms_of_the_wrong_shape_are_refused(shapes: list[tuple[int, ...]]) -> None:
    terms = [[np.zeros(shape)] for shape in shapes]
    with pytest.raises(ValueError, match="terms must have views of shapes"):
        sum_kernel(terms, PARAMETERS)
