"""Thompson sampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.linear_algebra import eigh
from optuna_nasbot.gp.linear_algebra import product


def thompson_sample(
    mean: NDArray[np.float64], covariance: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """One draw of the posterior at m points, to be used as their acquisition values.

    Args:
        mean: Posterior means, shape ``(m,)``.
        covariance: Joint posterior covariance, positive semidefinite, shape ``(m, m)``.
        rng: Source of randomness.

    Returns:
        Sample of shape ``(m,)``.
    """
    eigenvalues, vectors = eigh(covariance)
    # Rounding can leave eigenvalues of a semidefinite matrix slightly below 0. The symmetric root
    # depends on the covariance only, not on which eigenvectors of equal eigenvalues come out, so
    # that rounding can't change the draw.
    deviations = np.sqrt(np.maximum(eigenvalues, 0))
    normal = product(vectors.T, rng.standard_normal(len(mean)))
    return np.asarray(mean + product(vectors, deviations * normal))
