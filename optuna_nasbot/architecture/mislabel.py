"""Mislabel costs as users give them: by pairs of labels or as a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from optuna_nasbot.architecture.arguments import check_number
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
            cost; a pair that it lacks has the cost of the paper if both labels are built-in, and
            an infinite cost otherwise. Or a matrix (n, n) in the order of the labels. All costs
            are in units of the non-assignment penalty, from 0 to infinity; layers match only if
            their cost is less than 2.

    Raises:
        TypeError: The costs are neither, or one of them is not a number.
        ValueError: A label is unknown, a cost is negative or NaN, the two costs of a pair differ,
            equal labels have a cost, or the matrix has the wrong shape.
    """
    labels = tuple(labels)
    if isinstance(costs, Mapping):
        rows = _rows_of_pairs(labels, costs)
    else:
        rows = _rows_of_matrix(labels, costs)
    checked = tuple(
        tuple(_checked_cost(label, other, cost) for other, cost in zip(labels, row, strict=True))
        for label, row in zip(labels, rows, strict=True)
    )
    for (i, label), (j, other) in combinations(enumerate(labels), 2):
        if checked[i][j] != checked[j][i]:
            raise ValueError(
                f"{_where(label, other)}: expected the same cost in both orders, "
                f"got {checked[i][j]} and {checked[j][i]}."
            )
    return MislabelMatrix(labels, checked)


def _rows_of_pairs(
    labels: tuple[str, ...], costs: Mapping[tuple[str, str], float]
) -> list[list[object]]:
    for pair in costs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not set(pair) <= set(labels):
            raise ValueError(
                f"mislabel: expected pairs of the labels {', '.join(labels)} as keys, "
                f"got {shown(pair)}."
            )

    def cost(label: str, other: str) -> object:
        for pair in ((label, other), (other, label)):
            if pair in costs:
                return costs[pair]
        return 0.0 if label == other else built_in_mislabel(label, other)

    return [[cost(label, other) for other in labels] for label in labels]


def _rows_of_matrix(labels: tuple[str, ...], costs: object) -> list[list[object]]:
    rows = costs.tolist() if hasattr(costs, "tolist") else costs  # of NumPy or PyTorch
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise TypeError(
            f"mislabel: expected a mapping from pairs of labels to costs, or a matrix, "
            f"got {shown(costs)}."
        )
    rows = [list(row) if hasattr(row, "__len__") else [] for row in rows]
    if [len(row) for row in rows] != [len(labels)] * len(labels):
        raise ValueError(
            f"mislabel: expected a matrix of {len(labels)} x {len(labels)} costs, for the labels "
            f"{', '.join(labels)}, got {len(rows)} rows of {[len(row) for row in rows]}."
        )
    return rows


def _checked_cost(label: str, other: str, value: object) -> float:
    cost = check_number(_where(label, other), value)
    if not cost >= 0 or (label == other and cost != 0):
        wanted = "0, the cost of equal labels" if label == other else "a cost of at least 0"
        raise ValueError(f"{_where(label, other)}: expected {wanted}, got {shown(value)}.")
    return cost


def _where(label: str, other: str) -> str:
    return f"mislabel: the labels '{label}' and '{other}'"
