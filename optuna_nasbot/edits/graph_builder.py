"""A graph that is being edited, and need not be a network until the edit is done."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer


class GraphBuilder:
    """A copy of an architecture whose layers and edges can be changed one by one.

    Args:
        architecture: The network to start from; it does not change.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.kind = architecture.kind
        self.layers: list[Layer | None] = list(architecture.layers)
        self.edges: set[tuple[int, int]] = set(architecture.edges)

    def add_layer(self, layer: Layer) -> int:
        """Add a layer without edges and return its number."""
        self.layers.append(layer)
        return len(self.layers) - 1

    def remove_layer(self, index: int) -> None:
        """Take out a layer and its edges; the numbers of the other layers stay."""
        self.layers[index] = None
        self.edges = {edge for edge in self.edges if index not in edge}

    def connect(self, path: Iterable[int]) -> None:
        """Add the edges along a path of layers."""
        self.edges.update(pairwise(path))

    def build(self) -> Architecture | None:
        """The edited network; None if it is impossible."""
        layers = [layer for layer in self.layers if layer is not None]
        edges = list(self.edges)
        if len(layers) < len(self.layers):
            kept = [index for index, layer in enumerate(self.layers) if layer is not None]
            number = {index: position for position, index in enumerate(kept)}
            edges = [(number[start], number[end]) for start, end in edges]
        try:
            return Architecture(tuple(layers), tuple(edges), self.kind)
        except ArchitectureError:
            return None
