"""Expected hypervolume improvement and its logarithm, for maximisation of several objectives."""

from __future__ import annotations

from itertools import count
from itertools import pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.acquisition.expected_improvement import log_expected_improvement

_MAX_BOXES = 3_000
"""For 300 candidates each array then takes 7 MB. More boxes would hardly help: for a random front
of 100 points and four objectives 500 boxes rank candidates almost as all do (correlation .995)."""


def log_expected_hypervolume_improvement(
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Logarithm of the expected hypervolume improvement, for independent objectives.

    A new point ``f_i ~ N(mean_i, std_i^2)`` adds what it dominates of the region that nothing
    dominates yet. Where that is cut into boxes ``[l, u)``, the expected volume added is exactly

    ``sum_boxes prod_i (EI_i(l_i) - EI_i(u_i))``

    with the expected improvement ``EI_i(b) = E[max(f_i - b, 0)]`` of each objective (Yang et al.
    2019, "Efficient computation of expected hypervolume improvement using box decomposition
    algorithms"). All is computed in logarithms, which still tell candidates apart where the
    volume itself underflows (Ament et al. 2023).

    Args:
        mean: Posterior means of k objectives, shape ``(m, k)``.
        std: Posterior standard deviations, shape ``(m, k)``; 0 for what is known.
        lower: Lower corners of b boxes, see `free_boxes`, shape ``(b, k)``.
        upper: Their upper corners, infinite where the region has no bound, shape ``(b, k)``.

    Returns:
        Log expected hypervolume improvements, shape ``(m,)``, ``-inf`` for known points that add
        nothing.
    """
    total = np.zeros((len(mean), len(lower)))
    for index in range(mean.shape[1]):
        ends, places = np.unique(
            np.concatenate([lower[:, index], upper[:, index]]), return_inverse=True
        )
        below, above = np.split(places, 2)
        beyond = _log_improvements(mean[:, index], std[:, index], ends)
        total += _log_difference(beyond[:, below], beyond[:, above])
    return np.asarray(np.logaddexp.reduce(total, axis=1))


def free_boxes(
    front: NDArray[np.float64], reference: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut the region above a reference point that no point of a front dominates into boxes.

    The region is cut along the last objective at the values of the front. In each slice only the
    points that reach above it dominate anything, by their other objectives.

    Args:
        front: n points, of which some may dominate others, shape ``(n, k)``.
        reference: The reference point, shape ``(k,)``. Points that are not above it in all
            objectives dominate nothing.

    Returns:
        Lower and upper corners of the boxes, each of shape ``(b, k)``. Of two objectives there are
        at most n + 1 boxes, of k at most ``binomial(n + k - 1, k - 1)``. Where these may be more
        than 3,000, with three objectives from 76 points on, with four from 25, only points that
        are far from each other count: the region is an estimate then, and too large.
    """
    front = front[(front > reference).all(axis=1)]
    k = len(reference)
    if comb(len(front) + k - 1, k - 1) > _MAX_BOXES:
        front = _spread(front, next(n for n in count(1) if comb(n + k, k - 1) > _MAX_BOXES))
    return _boxes(front, reference)


def _spread(points: NDArray[np.float64], at_most: int) -> NDArray[np.float64]:
    """As many of n points, far from each other, the best of each objective first."""
    extremes = list(dict.fromkeys(points.argmax(axis=0).tolist()))
    chosen: list[int] = []
    nearest = np.full(len(points), np.inf)
    while len(chosen) < at_most:
        chosen.append(extremes.pop(0) if extremes else int(nearest.argmax()))
        distances = np.abs(points - points[chosen[-1]]).sum(axis=1)
        nearest = np.minimum(nearest, distances)
    return points[chosen]


def _boxes(
    front: NDArray[np.float64], reference: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """All boxes, for points that are above the reference point in all objectives."""
    if len(reference) == 1:
        lower = max(reference[0], front.max(initial=-np.inf))
        return np.array([[lower]]), np.array([[np.inf]])
    cuts = np.concatenate([reference[-1:], np.unique(front[:, -1]), [np.inf]])
    lowers, uppers = [], []
    for low, high in pairwise(cuts):
        reaching = front[front[:, -1] >= high, :-1]
        lower, upper = _boxes(reaching, reference[:-1])
        lowers.append(np.column_stack([lower, np.full(len(lower), low)]))
        uppers.append(np.column_stack([upper, np.full(len(upper), high)]))
    return np.concatenate(lowers), np.concatenate(uppers)


def _log_improvements(
    mean: NDArray[np.float64], std: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log expected improvements over each of e ends, which may be infinite, shape (m, e)."""
    found = np.full((len(mean), len(ends)), -np.inf)
    for index in np.flatnonzero(np.isfinite(ends)):
        found[:, index] = log_expected_improvement(mean, std, ends[index])
    return found


def _log_difference(
    larger: NDArray[np.float64], smaller: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``log(exp(larger) - exp(smaller))``, -inf where they are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = larger + np.log(-np.expm1(np.minimum(smaller - larger, 0.0)))
    return np.where(np.isneginf(larger), -np.inf, difference)
