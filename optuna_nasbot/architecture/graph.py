"""The frozen graph of a neural network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from optuna_nasbot.architecture.canonical import canonical_hash
from optuna_nasbot.architecture.kinds import operations_of
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import OperationSet
from optuna_nasbot.architecture.topology import neighbours
from optuna_nasbot.architecture.topology import sorted_topologically
from optuna_nasbot.architecture.validation import check_connections
from optuna_nasbot.architecture.validation import check_layers
from optuna_nasbot.architecture.validation import check_meaning


@dataclass(frozen=True)
class Architecture:
    """A neural network as a directed acyclic graph of layers (paper, section 2).

    Layers may be given in any order; they are kept in a topological one, `ip` first and `op`
    last, and edges are kept sorted. Everything that makes a network impossible is refused.

    Args:
        layers: The layers, one of them `ip` and one of them `op`.
        edges: Pairs (i, j): the output of layer i is an input of layer j.
        kind: The operation set that the labels come from: `"cnn"`, `"mlp-reg"`, `"mlp-class"`.

    Raises:
        ArchitectureError: The graph is not a network; the message says where and why.
    """

    layers: tuple[Layer, ...]
    edges: tuple[tuple[int, int], ...]
    kind: str

    def __post_init__(self) -> None:
        operations = operations_of(self.kind)
        layers = check_layers(self.layers, operations)
        edges = check_connections(self.edges, layers)
        layers, edges = sorted_topologically(layers, edges)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "edges", edges)
        check_meaning(layers, self.parents, self.children, operations)

    @property
    def operations(self) -> OperationSet:
        """The operation set of this kind of architecture."""
        return operations_of(self.kind)

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """For each layer the layers that feed it."""
        return neighbours(len(self.layers), [(j, i) for i, j in self.edges])

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """For each layer the layers that it feeds."""
        return neighbours(len(self.layers), self.edges)

    def canonical_hash(self) -> str:
        """A hash that is equal exactly for isomorphic architectures, in every process."""
        return self._canonical_hash

    @cached_property
    def _canonical_hash(self) -> str:
        return canonical_hash(self.kind, self.layers, self.parents, self.children)

    def to_dict(self) -> dict[str, Any]:
        """The stored form: plain JSON, see `optuna_nasbot.architecture.stored_form`."""
        from optuna_nasbot.architecture.stored_form import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Architecture:
        """Read the stored form.

        Raises:
            ArchitectureError: The document is damaged, of a newer format, or not a network.
        """
        from optuna_nasbot.architecture.stored_form import from_dict

        return from_dict(document)

    def __str__(self) -> str:
        from optuna_nasbot.architecture.text import as_text

        return as_text(self)
