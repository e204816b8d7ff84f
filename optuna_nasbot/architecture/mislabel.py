"""Mislabel costs as a user gives them: by pairs of labels or as a matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.kinds import built_in_mislabel

MislabelCosts = Mapping[tuple[str, str], float] | Sequence[Sequence[float]]
"""Costs by pairs of labels, or a symmetric matrix in the order of the labels."""


@dataclass(frozen=True)
class MislabelMatrix:
    """Mislabel costs of some labels, in units of the non-assignment penalty.

    Args:
        labels: n labels.
        costs: Symmetric matrix (n, n) with a zero diagonal; infinite where a match makes no sense.
    """

    labels: tuple[str, ...]
    costs: tuple[tuple[float, ...], ...]

    def __call__(self, label: str, other: str, penalty: float) -> float:
        return penalty * self.costs[self.labels.index(label)][self.labels.index(other)]


def mislabel_matrix(labels: Sequence[str], costs: MislabelCosts) -> MislabelMatrix:
    """Check the costs that a user gives, and fill in those of built-in labels.

    Args:
        labels: n labels.
        costs: Either a mapping from pairs of labels, each pair in one order or in both, to their
            cost: what it lacks costs what the paper says between two built-in labels, and is
            infinite otherwise. Or a matrix (n, n) in the order of the labels. All costs are in
            units of the non-assignment penalty, from 0 to infinity; layers match where they
            cost less than 2.

    Raises:
        TypeError: The costs are neither, or one of them is no number.
        ValueError: A label is unknown, a cost is negative or NaN, or the two costs of a pair
            differ.
    """
    labels = tuple(labels)
    if isinstance(costs, Mapping):
        rows = _rows_of_pairs(labels, costs)
    elif (isinstance(costs, Sequence) and not isinstance(costs, str)) or hasattr(costs, "tolist"):
        rows = _rows_of_matrix(labels, costs)
    else:
        raise TypeError(
            f"mislabel: expected a mapping from pairs of labels to costs, or a matrix, "
            f"got {shown(costs)}."
        )
    for i, label in enumerate(labels):
        for j, other in enumerate(labels[: i + 1]):
            _check_pair(label, other, rows[i][j], rows[j][i])
    return MislabelMatrix(labels, tuple(tuple(float(cost) for cost in row) for row in rows))


def _rows_of_pairs(
    labels: tuple[str, ...], costs: Mapping[tuple[str, str], float]
) -> list[list[float]]:
    for pair in costs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not set(pair) <= set(labels):
            raise ValueError(
                f"mislabel: expected pairs of the labels {', '.join(labels)} as keys, "
                f"got {shown(pair)}."
            )

    def cost(label: str, other: str) -> float:
        if label == other:
            return costs.get((label, other), 0.0)
        given = costs.get((label, other), costs.get((other, label)))
        return built_in_mislabel(label, other) if given is None else given

    return [[cost(label, other) for other in labels] for label in labels]


def _rows_of_matrix(
    labels: tuple[str, ...], costs: Sequence[Sequence[float]]
) -> list[list[float]]:
    rows = [list(row) if hasattr(row, "__len__") else [] for row in costs]
    if [len(row) for row in rows] != [len(labels)] * len(labels):
        raise ValueError(
            f"mislabel: expected a matrix of {len(labels)} x {len(labels)} costs, for the labels "
            f"{', '.join(labels)}, got {len(rows)} rows of {[len(row) for row in rows]}."
        )
    return rows


def _check_pair(label: str, other: str, cost: object, mirrored: object) -> None:
    where = f"mislabel: the labels '{label}' and '{other}'"
    for value in (cost, mirrored):
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{where}: expected a number, got {shown(value)}.")
        if not float(value) >= 0 or (label == other and value != 0):
            wanted = "0, the cost of equal labels" if label == other else "a cost of at least 0"
            raise ValueError(f"{where}: expected {wanted}, got {value!r}.")
    if cost != mirrored and not (math.inf == cost == mirrored):
        raise ValueError(
            f"{where}: expected the same cost in both orders, got {cost!r} and {mirrored!r}."
        )
