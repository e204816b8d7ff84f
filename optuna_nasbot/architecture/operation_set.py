"""The labels that the networks of one kind are made of, and what it costs to match them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture.arguments import check_mass
from optuna_nasbot.architecture.arguments import check_name
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation import ImageEffect
from optuna_nasbot.architecture.operation import Operation

MislabelRule = Callable[[str, str, float], float]
"""(label, other label, non-assignment penalty) -> cost; infinite where a match makes no sense."""


class LayerRule(NamedTuple):
    """What an `Operation` says of its layers, without its functions."""

    label: str
    group: str | None
    has_units: bool
    strides: tuple[int, ...]
    image: ImageEffect


class Grammar(NamedTuple):
    """Which networks a kind has. Sets that differ only in their functions share a grammar.

    It is quick to compare. And a cache with such keys keeps none of a user's functions alive,
    which an objective may make anew in each trial.
    """

    kind: str
    is_image: bool
    decision: str | None
    rules: tuple[LayerRule, ...]


@dataclass(frozen=True)
class OperationSet:
    """The labels that the networks of one kind are made of.

    Args:
        kind: The name under which architectures refer to this set, for instance `"cnn"`.
        operations: The processing layers; input, output and decision layers are added to them.
        decision: Label of the layers that turn features into predictions (`linear`, `softmax`);
            None if there are none, as in the cells of a larger network.
        mislabel: The cost of matching a layer with a layer of another label (paper, section 3).
        is_image: Whether the input is an image, whose size has to agree wherever paths meet.
        least_end_mass: The least mass of the input and of the output.

    Raises:
        TypeError: The kind is not a string, an operation is not an Operation, or `least_end_mass`
            is not a number.
        ValueError: The kind is empty, there is no operation, two labels (that of the decision
            layers included) are the same, or `least_end_mass` is negative, NaN or too large, or 0
            though an operation has the mass 0.
    """

    kind: str
    operations: tuple[Operation, ...]
    decision: str | None
    mislabel: MislabelRule
    is_image: bool = False
    least_end_mass: float = 100.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", check_name("kind", self.kind))
        if not self.operations:
            raise ValueError("operations: expected at least one Operation, got none.")
        for index, operation in enumerate(self.operations):
            if not isinstance(operation, Operation):
                raise TypeError(
                    f"operations[{index}]: expected an Operation, got {shown(operation)}."
                )
        if self.decision in self.by_label:
            raise ValueError(
                f"operations: expected labels other than that of the decision layers, "
                f"got '{self.decision}'."
            )
        if check_mass("least_end_mass", self.least_end_mass) == 0 and any(
            operation.mass == 0 for operation in self.operations
        ):
            raise ValueError(
                "least_end_mass: expected a positive mass, since an operation has none, got 0. "
                "A network without any mass can't be compared."
            )
        for one, other in combinations(self.labels, 2):
            if one == other:
                raise ValueError(f"operations: expected every label once, got '{one}' again.")

    # The kind is enough, and short: the built-in sets are keys of many look-ups.
    def __hash__(self) -> int:
        return hash(self.kind)

    @cached_property
    def by_label(self) -> dict[str, Operation]:
        """The processing operations by their label."""
        return {operation.label: operation for operation in self.operations}

    @cached_property
    def grammar(self) -> Grammar:
        """What makes a network one of this kind."""
        rules = tuple(
            LayerRule(each.label, each.group, each.has_units, each.strides, each.image)
            for each in self.operations
        )
        return Grammar(self.kind, self.is_image, self.decision, rules)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label: input, output, decision, then the processing operations."""
        decision = () if self.decision is None else (self.decision,)
        return (INPUT, OUTPUT, *decision, *(operation.label for operation in self.operations))

    @cached_property
    def label_index(self) -> dict[str, int]:
        """The position of each label in `labels`."""
        return {label: index for index, label in enumerate(self.labels)}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The path-length groups, in the order in which they first occur."""
        groups = (operation.group for operation in self.operations if operation.group is not None)
        return tuple(dict.fromkeys(groups))

    def mislabel_matrix(self, non_assignment_penalty: float = 1.0) -> NDArray[np.float64]:
        """Costs of matching each label with each other, in the order of `labels`.

        Args:
            non_assignment_penalty: What leaving a unit of mass unmatched costs. The built-in
                rules scale with it.

        Returns:
            A symmetric matrix with a zero diagonal; infinite where a match makes no sense.
        """
        matrix = np.full((len(self.labels), len(self.labels)), np.inf)
        np.fill_diagonal(matrix, 0.0)
        for i, label in enumerate(self.labels):
            for j, other in enumerate(self.labels[:i]):
                if label in self.by_label and other in self.by_label:
                    cost = self.mislabel(label, other, non_assignment_penalty)
                    matrix[i, j] = matrix[j, i] = cost
        return matrix
