from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optuna_nasbot.gp.positive_semidefinite import positive_part


@given(arrays(np.float64, (5, 5), elements=st.floats(-10, 10)))
def test_repaired_matrix_is_positive_semidefinite_and_unchanged_on_the_kept_space(
    square: np.ndarray,
) -> None:
    matrix = square + square.T
    part = positive_part(matrix)
    repaired, projector = part.matrix, part.projected(np.eye(5))
    assert np.linalg.eigvalsh(repaired)[0] >= -1e-12
    np.testing.assert_allclose(projector @ projector, projector, atol=1e-12)
    np.testing.assert_allclose(projector @ matrix @ projector, repaired, atol=1e-11)
    assert np.linalg.eigvalsh(repaired - matrix)[0] >= -1e-11


def test_negative_eigenvalue_becomes_zero() -> None:
    # Eigenvalues 3 and -1, with eigenvectors (1, 1) and (1, -1).
    part = positive_part(np.array([[1.0, 2.0], [2.0, 1.0]]))
    np.testing.assert_allclose(part.matrix, np.full((2, 2), 1.5))
    np.testing.assert_allclose(part.projected(np.eye(2)), np.full((2, 2), 0.5))


def test_positive_definite_matrix_stays_exactly_as_it_is() -> None:
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])
    part = positive_part(matrix)
    np.testing.assert_array_equal(part.matrix, matrix)
    np.testing.assert_array_equal(part.projected(np.eye(2)), np.eye(2))
    np.testing.assert_array_equal(part.derivative(matrix), matrix)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_zero_and_negative_matrices(n: int) -> None:
    for matrix in (np.zeros((n, n)), -np.eye(n)):
        np.testing.assert_array_equal(positive_part(matrix).matrix, np.zeros((n, n)))


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
def test_derivative_against_finite_differences(eigenvalues: list[float]) -> None:
    rng = np.random.default_rng(0)
    vectors, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    matrix = (vectors * eigenvalues) @ vectors.T
    half_gradient, half_step = rng.normal(size=(2, 4, 4))
    gradient, step = half_gradient + half_gradient.T, 1e-6 * (half_step + half_step.T)
    difference = positive_part(matrix + step).matrix - positive_part(matrix - step).matrix
    expected = (gradient * difference).sum() / 2
    derivative = positive_part(matrix).derivative(gradient)
    assert (derivative * step).sum() == pytest.approx(expected, rel=1e-6, abs=1e-12)
