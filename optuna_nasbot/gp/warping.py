"""Transforms observed values (larger is better) to what the Gaussian process models."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def warp(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal scores of the ranks: ``Phi^-1((rank + 0.5) / n)``, standardised.

    Only the order of the values counts. So a few failed networks, however bad, can't ruin the
    scale, and small differences between the best ones stay visible.

    Args:
        values: Finite observations, larger is better, shape ``(n,)``.

    Returns:
        Values in the same order with mean 0 and variance 1, shape ``(n,)``; equal for equal
        observations, and all 0 if all observations are equal.

    Raises:
        ValueError: If a value is not finite.
    """
    from scipy.special import ndtri  # Imported here because scipy is slow to import.

    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"values must be a vector of finite numbers, got {values}.")
    scores = ndtri((_mean_ranks(values) + 0.5) / max(len(values), 1))
    spread = scores.std() if len(values) else 0.0
    if spread == 0.0:
        return np.zeros(len(values))
    return np.asarray((scores - scores.mean()) / spread)


def warp_among(values: NDArray[np.float64], limit: float) -> tuple[NDArray[np.float64], float]:
    """Normal scores of the values of a constraint, and that of its limit among them.

    Args:
        values: Finite observations, shape ``(n,)``.
        limit: The limit, which takes part in the ranks.

    Returns:
        Scores of the values, shape ``(n,)``, and the score of the limit.
    """
    scores = warp(np.append(values, limit))
    return scores[:-1], float(scores[-1])


def _mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 in ascending order; equal values share the mean of their ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts + 1) / 2
    return np.asarray(ranks[group])
