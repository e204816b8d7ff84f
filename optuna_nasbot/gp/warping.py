"""From observed values, larger is better, to what the Gaussian process models."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def warp(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half-rank warping, then standardising: `standardise` of `half_rank`.

    Args:
        values: Finite observations, larger is better, shape ``(n,)``.

    Returns:
        Finite values of the same order with mean 0 and variance 1, or all 0 where the observations
        are all equal.

    Raises:
        ValueError: If a value is not finite.
    """
    return standardise(half_rank(values))


def half_rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace the values below the median by normal scores.

    A few failed networks, however bad, can then not ruin the scale. With s the root mean square
    of the deviations from the median of the values above it, a value of rank r (from 0, ties get
    their mean rank) below the median becomes ``median + s Phi^-1((r + 0.5) / n)``; the others
    stay as they are. The result is given in units of s from the median. Where no value is above
    the median s is undefined; then the values below it become ``Phi^-1((r + 0.5) / n)`` and the
    others 0.

    After the half-rank warping of Vizier (Song et al. 2024, "The Vizier Gaussian Process Bandit
    Algorithm").

    Args:
        values: Finite observations, larger is better, shape ``(n,)``.

    Returns:
        Warped values, shape ``(n,)``: 0 is the median, equal inputs give equal outputs.

    Raises:
        ValueError: If a value is not finite.
    """
    from scipy.special import ndtri  # Imported here because scipy is slow to import.

    scaled = _scaled(values)
    if scaled.size == 0:
        return scaled
    deviations = scaled - np.median(scaled)
    above = deviations > 0
    warped = np.zeros(len(values))
    if above.any():
        # Relative to the largest, because squares of tiny deviations would underflow.
        relative = deviations[above] / deviations.max()
        warped[above] = relative / np.sqrt(np.mean(np.square(relative)))
    below = deviations < 0
    warped[below] = ndtri((_mean_ranks(values)[below] + 0.5) / len(values))
    return warped


def standardise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift and scale to mean 0 and variance 1; values that are all equal become 0.

    Args:
        values: Finite observations, shape ``(n,)``.

    Returns:
        Standardised values, shape ``(n,)``.

    Raises:
        ValueError: If a value is not finite.
    """
    scaled = _scaled(values)
    if scaled.size == 0 or scaled.min() == scaled.max():
        return np.zeros(len(values))
    # To [0, 1] first: the mean of nearly equal numbers would lose their difference.
    unit = (scaled - scaled.min()) / (scaled.max() - scaled.min())
    return np.asarray((unit - unit.mean()) / unit.std())


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values times a power of two that brings the largest magnitude into [0.5, 1).

    Later sums and differences can then neither overflow nor drown in denormal numbers.
    """
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"values must be a vector of finite numbers, got {values}.")
    exponent = np.frexp(np.abs(values).max(initial=0.0))[1]
    return np.asarray(np.ldexp(values, -exponent))


def _mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 in ascending order; equal values share the mean of their ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts + 1) / 2
    return np.asarray(ranks[group])
