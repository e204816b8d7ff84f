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
    repaired, projector = positive_part(matrix)
    assert np.linalg.eigvalsh(repaired)[0] >= -1e-12
    np.testing.assert_allclose(projector @ projector, projector, atol=1e-12)
    np.testing.assert_allclose(projector @ matrix @ projector, repaired, atol=1e-11)
    assert np.linalg.eigvalsh(repaired - matrix)[0] >= -1e-11


def test_negative_eigenvalue_becomes_zero() -> None:
    # Eigenvalues 3 and -1, with eigenvectors (1, 1) and (1, -1).
    repaired, projector = positive_part(np.array([[1.0, 2.0], [2.0, 1.0]]))
    np.testing.assert_allclose(repaired, np.full((2, 2), 1.5))
    np.testing.assert_allclose(projector, np.full((2, 2), 0.5))


def test_positive_definite_matrix_stays_exactly_as_it_is() -> None:
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])
    repaired, projector = positive_part(matrix)
    np.testing.assert_array_equal(repaired, matrix)
    np.testing.assert_array_equal(projector, np.eye(2))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_zero_and_negative_matrices(n: int) -> None:
    for matrix in (np.zeros((n, n)), -np.eye(n)):
        np.testing.assert_array_equal(positive_part(matrix)[0], np.zeros((n, n)))
