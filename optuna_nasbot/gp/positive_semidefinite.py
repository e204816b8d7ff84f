"""Repair of an indefinite kernel matrix: its positive semidefinite part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.linear_algebra import cholesky
from optuna_nasbot.gp.linear_algebra import eigh
from optuna_nasbot.gp.linear_algebra import product


@dataclass(frozen=True, eq=False)
class PositivePart:
    """The nearest positive semidefinite matrix to a symmetric one; made by `positive_part`.

    Attributes:
        matrix: ``V diag(max(w, 0)) V^T``, shape ``(n, n)``.
        eigenvalues: Eigenvalues w of the given matrix in ascending order, shape ``(n,)``; None
            if it is positive definite, so that nothing had to be repaired.
        vectors: Its eigenvectors V, shape ``(n, n)``, or None.
    """

    matrix: NDArray[np.float64]
    eigenvalues: NDArray[np.float64] | None = None
    vectors: NDArray[np.float64] | None = None

    def projected(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows (m, n) projected onto the eigenspace of the eigenvalues that are not negative."""
        if self.eigenvalues is None or self.vectors is None:
            return rows
        kept = self.vectors[:, self.eigenvalues >= 0]
        return product(rows, kept, kept.T)

    def derivative(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """The gradient with respect to the given matrix, from the one with respect to its part.

        For a spectral function f the Daleckii-Krein theorem (Bhatia, "Matrix Analysis", theorem
        V.3.3) gives ``V (F o (V^T G V)) V^T`` with the divided differences
        ``F_ij = (f(w_i) - f(w_j)) / (w_i - w_j)``. Here f(w) = max(w, 0): F is 1 for two
        eigenvalues >= 0, 0 for two negative ones, and ``w+ / (w+ - w-)`` for a mixed pair. Unlike
        the derivative of the eigenvectors, F is bounded by 1 everywhere, also where eigenvalues
        coincide.

        Args:
            gradient: Symmetric matrix G, shape ``(n, n)``.

        Returns:
            Symmetric matrix of shape ``(n, n)``.
        """
        if self.eigenvalues is None or self.vectors is None:
            return gradient
        n_negative = int(np.searchsorted(self.eigenvalues, 0.0))
        negative, rest = np.split(self.eigenvalues, [n_negative])
        divided = np.ones_like(gradient)
        divided[:n_negative, :n_negative] = 0.0
        divided[n_negative:, :n_negative] = rest[:, None] / (rest[:, None] - negative)
        divided[:n_negative, n_negative:] = divided[n_negative:, :n_negative].T
        rotated = product(self.vectors.T, gradient, self.vectors)
        return product(self.vectors, divided * rotated, self.vectors.T)


def positive_part(matrix: NDArray[np.float64]) -> PositivePart:
    """Set the negative eigenvalues of a symmetric matrix to 0.

    With ``matrix = V diag(w) V^T``, the nearest positive semidefinite matrix (Frobenius norm) is
    ``V diag(max(w, 0)) V^T`` (Higham 1988, "Computing a nearest symmetric positive semidefinite
    matrix").

    Args:
        matrix: Symmetric matrix, shape ``(n, n)``. Only its lower triangle is read.

    Returns:
        The repaired matrix with its spectral decomposition. A positive definite matrix stays as it
        is, and is not decomposed.

    Raises:
        numpy.linalg.LinAlgError: If the eigenvalues can't be computed.
    """
    try:
        # A positive definite matrix is its own positive part, and a Cholesky factorisation tells
        # so in a fraction of the time of the eigenvalues.
        cholesky(matrix)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = eigh(matrix)
        kept = vectors[:, eigenvalues >= 0]
        repaired = product(kept * eigenvalues[eigenvalues >= 0], kept.T)
        return PositivePart(repaired, eigenvalues, vectors)
    return PositivePart(matrix)
