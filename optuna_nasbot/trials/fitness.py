"""Which trials of a study are better than others, for searches that go on from the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fitness(values: NDArray[np.float64], violations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers that order n trials, larger is better.

    Trials that satisfy all constraints come first, then the others by how far they are from
    satisfying them. The first are ordered by their value; with several objectives by non-dominated
    sorting and, within a front, by crowding distance (NSGA-II, Deb et al. 2002).

    Args:
        values: Finite values of k objectives, larger is better, shape (n, k).
        violations: How far each trial is from satisfying all constraints, 0 for those that do,
            shape (n,).

    Returns:
        The fitness, shape (n,): the values themselves where there is one objective and nothing is
        violated, ranks otherwise.
    """
    n, k = values.shape
    feasible = violations == 0
    if k == 1 and feasible.all():
        return values[:, 0]
    keys = np.column_stack([np.full(n, -np.inf), -violations])
    if k == 1:
        keys[feasible] = np.column_stack([np.zeros(feasible.sum()), values[feasible, 0]])
    else:
        fronts = front_numbers(values[feasible])
        keys[feasible] = np.column_stack([-fronts, _crowding(values[feasible], fronts)])
    _, ranks = np.unique(keys, axis=0, return_inverse=True)
    return ranks.reshape(n).astype(float)


def is_non_dominated(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of n points, shape (n, k), are dominated by no other one, shape (n,).

    A point dominates another one if it is better in some objective and worse in none.
    """
    found = np.zeros(len(values), dtype=bool)
    left = np.lexsort(-values.T[::-1])  # none is dominated by one that comes later
    while len(left):
        first, left = left[0], left[1:]
        found[first] = True
        at_least = (values[first] >= values[left]).all(axis=1)
        better = (values[first] > values[left]).any(axis=1)
        left = left[~(at_least & better)]
    return found


def front_numbers(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """The front of each of n points, shape (n,): 0 if none dominates it, 1 if only those do."""
    numbers = np.zeros(len(values), dtype=np.intp)
    left = np.arange(len(values))
    while len(left):
        is_front = is_non_dominated(values[left])
        left = left[~is_front]
        numbers[left] += 1
    return numbers


def _crowding(values: NDArray[np.float64], fronts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Crowding distances of n points within their fronts, infinite at the ends of a front."""
    distances = np.zeros(len(values))
    for number in np.unique(fronts):
        members = np.flatnonzero(fronts == number)
        for column in values[members].T:
            column = column / 2.0  # exact; without it differences may overflow
            order = np.argsort(column, kind="stable")
            ends = column[order[-1]] - column[order[0]]
            gaps = np.zeros(len(members))
            if ends > 0:
                gaps[order[[0, -1]]] = np.inf
                gaps[order[1:-1]] = (column[order[2:]] - column[order[:-2]]) / ends
            distances[members] += gaps
    return distances
