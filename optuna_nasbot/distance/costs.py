"""What matching a unit of mass of one layer with another layer costs (paper, section 3).

The unit of all costs is the non-assignment penalty, the cost of leaving a unit of mass unmatched,
since solvers compare costs with absolute tolerances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import OperationSet

MAX_COST = 2.0
"""Matching at this cost is the same as leaving both layers unmatched."""

# With this weight only layers in equal places match. Products with a larger one could overflow.
_MAX_STRUCT_COEFF = 1e100


@dataclass(frozen=True, eq=False)
class MatchingCosts:
    """The costs of the transport problem: C = mislabel + struct_coeff * structural cost.

    No cost needs to exceed `MAX_COST`, and labels whose mislabel cost is not below it never match.
    So labels fall into components, and the transport problem into one problem for each component.

    Args:
        mislabel: Costs (n_labels, n_labels) by label, times the mislabel coefficient; at most
            `MAX_COST`.
        struct_coeffs: The n_coeffs weights of the structural cost.
        component: For each label the number of its component.
    """

    mislabel: NDArray[np.float64]
    struct_coeffs: tuple[float, ...]
    component: NDArray[np.intp]


def matching_costs(
    operations: OperationSet,
    struct_coeffs: tuple[float, ...],
    mislabel_coeff: float,
    non_assignment_penalty: float,
) -> MatchingCosts:
    """The costs between the layers of an operation set.

    Args:
        operations: The labels and their mislabel costs.
        struct_coeffs: Weights of the structural cost.
        mislabel_coeff: Weight of the mislabel cost.
        non_assignment_penalty: Cost of leaving a unit of mass unmatched, in the unit of the
            mislabel costs and of the weights.

    Raises:
        ValueError: A mislabel cost is negative or not a number.
    """
    matrix = operations.mislabel_matrix(non_assignment_penalty)
    wrong = np.argwhere(~(matrix >= 0.0))
    if len(wrong):
        i, j = wrong[0]
        raise ValueError(
            f"operations.mislabel: expected a cost of at least 0 for the labels "
            f"'{operations.labels[i]}' and '{operations.labels[j]}', got {matrix[i, j]}."
        )
    with np.errstate(over="ignore"):  # layers with an infinite cost never match
        mislabel = mislabel_coeff * (matrix / non_assignment_penalty)
    coeffs = (min(coeff / non_assignment_penalty, _MAX_STRUCT_COEFF) for coeff in struct_coeffs)
    component = _components(mislabel < MAX_COST)
    return MatchingCosts(np.minimum(mislabel, MAX_COST), tuple(coeffs), component)


def _components(adjacent: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Numbers, from 0, of the connected components of a graph given by its adjacency matrix."""
    connected = adjacent | np.eye(len(adjacent), dtype=bool)
    for _ in range(len(adjacent).bit_length()):  # each turn doubles the length of the paths
        connected = connected @ connected
    first_member = connected.argmax(axis=1)
    return np.unique(first_member, return_inverse=True)[1]
