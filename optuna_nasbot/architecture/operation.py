"""What a layer label means: its mass, its path-length group, its units, strides and image size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

INPUT = "ip"
OUTPUT = "op"

MassRule = Callable[[int, int], float]
"""(channels in, units; 0 where the layer has none) -> mass."""

MislabelRule = Callable[[str, str, float], float]
"""(label, other label, non-assignment penalty) -> cost; infinite where a match makes no sense."""


def full_mass(channels_in: int, units: int) -> float:
    """Mass of a convolution or a hidden layer: channels in times units."""
    return float(channels_in * units)


def tenth_mass(channels_in: int, units: int) -> float:
    """Mass of a fully connected layer of a CNN: a tenth of channels in times units."""
    return 0.1 * channels_in * units


def pooling_mass(channels_in: int, units: int) -> float:
    """Mass of a pooling layer: its channels in."""
    return float(channels_in)


@dataclass(frozen=True)
class Operation:
    """What the layers with one label do.

    Args:
        label: The name that layers carry, for instance `"conv3"`.
        group: The path-length group of the label (golden rule: `conv`, `pool`, `fc`, ...).
        mass: The mass of a layer as a function of its channels in and its units.
        has_units: Whether a layer of this label has a number of units (filters).
        strides: The strides that a layer may have; empty where a stride makes no sense.
        image: What the layer does to an image besides its stride: keep its size, halve it, or
            flatten it. Without meaning in operation sets that do not work on images.
    """

    label: str
    group: str
    mass: MassRule = full_mass
    has_units: bool = True
    strides: tuple[int, ...] = ()
    image: Literal["keep", "halve", "flatten"] = "keep"


@dataclass(frozen=True)
class OperationSet:
    """The labels that the networks of one kind are made of.

    Args:
        kind: The name under which architectures refer to this set, for instance `"cnn"`.
        operations: The processing layers; input, output and decision layers come on top.
        decision: Label of the layers that turn features into predictions (`linear`, `softmax`).
        mislabel: The cost of matching a layer with a layer of another label (paper, section 3).
        is_image: Whether the input is an image, whose size has to agree wherever paths meet.
    """

    kind: str
    operations: tuple[Operation, ...]
    decision: str
    mislabel: MislabelRule
    is_image: bool = False

    @cached_property
    def by_label(self) -> dict[str, Operation]:
        """The processing operations by their label."""
        return {operation.label: operation for operation in self.operations}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label: input, output, decision, then the processing operations."""
        return (INPUT, OUTPUT, self.decision, *self.by_label)

    @cached_property
    def label_index(self) -> dict[str, int]:
        """The position of each label in `labels`."""
        return {label: index for index, label in enumerate(self.labels)}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The path-length groups, in the order in which they first occur."""
        return tuple(dict.fromkeys(operation.group for operation in self.operations))

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
