"""Repair of an indefinite kernel matrix: its positive semidefinite part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def positive_part(
    matrix: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Set the negative eigenvalues of a symmetric matrix to 0.

    With ``matrix = V diag(w) V^T``, the nearest positive semidefinite matrix (Frobenius norm) is
    ``V diag(max(w, 0)) V^T`` (Higham 1988, "Computing a nearest symmetric positive semidefinite
    matrix").

    Args:
        matrix: Symmetric matrix, shape ``(n, n)``. Only its lower triangle is read.

    Returns:
        The repaired matrix and the orthogonal projector ``V+ V+^T`` onto the eigenspace of the
        eigenvalues that are not negative, both of shape ``(n, n)``. A positive definite matrix is
        returned as it is, with the identity.
    """
    try:
        # A positive definite matrix is its own positive part, and a Cholesky factorisation tells
        # so in a fraction of the time of the eigenvalues.
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eigh(matrix)
        kept = vectors[:, eigenvalues >= 0]
        return (kept * eigenvalues[eigenvalues >= 0]) @ kept.T, kept @ kept.T
    return matrix, np.eye(len(matrix))
