"""What matching a unit of mass of one layer with another layer costs (paper, section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import OperationSet


@dataclass(frozen=True, eq=False)
class MatchingCosts:
    """The costs of the transport problem: C = mislabel + struct_coeff * structural cost.

    Matching at twice the penalty is the same as leaving both layers unmatched. So no cost needs
    to exceed it, and labels whose mislabel cost does not stay below it never meet: they fall
    into components, and the transport problem into one problem a component.

    Args:
        mislabel: Costs (n_labels, n_labels) by label, times the mislabel coefficient.
        struct_coeffs: The n_coeffs weights of the structural cost.
        penalty: What leaving a unit of mass unmatched costs.
        component: For each label the number of its component.
    """

    mislabel: NDArray[np.float64]
    struct_coeffs: tuple[float, ...]
    penalty: float
    component: NDArray[np.intp]

    @property
    def n_components(self) -> int:
        """Number of components."""
        return int(self.component.max()) + 1


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
        non_assignment_penalty: What leaving a unit of mass unmatched costs.

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
    mislabel = mislabel_coeff * matrix
    component = _components(mislabel < 2.0 * non_assignment_penalty)
    return MatchingCosts(mislabel, struct_coeffs, non_assignment_penalty, component)


def _components(adjacent: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Numbers, from 0, of the connected components of a graph given by its adjacency matrix."""
    connected = adjacent | np.eye(len(adjacent), dtype=bool)
    for _ in range(len(adjacent).bit_length()):  # each turn doubles the length of the paths
        connected = connected @ connected
    first_member = connected.argmax(axis=1)
    return np.unique(first_member, return_inverse=True)[1]
