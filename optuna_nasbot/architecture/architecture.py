"""The frozen graph of a neural network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from optuna_nasbot.architecture.canonical import canonical_hash
from optuna_nasbot.architecture.chain import chained
from optuna_nasbot.architecture.chain import read_chain
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.image_size import Sizes
from optuna_nasbot.architecture.image_size import check_first_layers
from optuna_nasbot.architecture.image_size import inverse_image_sizes
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.masses import masses_of
from optuna_nasbot.architecture.notebook import notebook_svg
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.printed import as_table
from optuna_nasbot.architecture.register import operations_of
from optuna_nasbot.architecture.stored_form import read_document
from optuna_nasbot.architecture.stored_form import to_document
from optuna_nasbot.architecture.topology import Neighbours
from optuna_nasbot.architecture.topology import neighbours
from optuna_nasbot.architecture.topology import renumbered
from optuna_nasbot.architecture.topology import topological_order
from optuna_nasbot.architecture.validation import check_edges
from optuna_nasbot.architecture.validation import check_ends
from optuna_nasbot.architecture.validation import check_layers
from optuna_nasbot.architecture.validation import check_meaning


@dataclass(frozen=True)
class Architecture:
    """A neural network as a directed acyclic graph of layers (paper, section 2).

    Layers may be given in any order; they are kept in a topological order, `ip` first and `op`
    last, and edges are kept sorted. Impossible networks are refused. Notebooks show a drawing,
    `print` shows a table of the layers.

    Args:
        layers: The layers, one of them `ip` and one of them `op`.
        edges: Pairs (i, j), or an array (n, 2) of them, such as `np.argwhere` of an adjacency
            matrix: the output of layer i is an input of layer j.
        kind: The operation set that the labels come from: `"cnn"`, `"cnn-reg"`, `"mlp-reg"`,
            `"mlp-class"`, or a kind of your own.

    Raises:
        ArchitectureError: The graph is not a network; the message says where and why.
    """

    layers: tuple[Layer, ...]
    edges: tuple[tuple[int, int], ...]
    kind: str
    parents: Neighbours = field(init=False, repr=False, compare=False)
    """For each layer the layers that feed it, ascending."""
    children: Neighbours = field(init=False, repr=False, compare=False)
    """For each layer the layers that it feeds, ascending."""
    image_sizes: Sizes | None = field(init=False, repr=False, compare=False)
    """The inverse image sizes before and after each layer; None where there are no images."""

    def __post_init__(self) -> None:
        operations = operations_of(self.kind)
        object.__setattr__(self, "kind", operations.kind)  # a plain string, whatever came
        layers = check_layers(self.layers, operations)
        edges = check_edges(self.edges, len(layers))
        parents, children = neighbours(len(layers), edges)
        check_ends(layers, parents, children)
        if any(start > end for start, end in edges):
            order = topological_order(layers, parents, children)
            layers = tuple(layers[index] for index in order)
            edges = renumbered(edges, order)
            parents, children = neighbours(len(layers), edges)
        check_meaning(layers, parents, children, operations)
        sizes = None
        if operations.is_image:
            check_first_layers(layers, children, operations)
            sizes = inverse_image_sizes(layers, parents, operations)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "parents", parents)
        object.__setattr__(self, "children", children)
        object.__setattr__(self, "image_sizes", sizes)

    @property
    def operations(self) -> OperationSet:
        """The operation set of this kind of architecture.

        Raises:
            ArchitectureError: The kind is not known in this process.
        """
        return operations_of(self.kind)

    def canonical_hash(self) -> str:
        """A hash that is equal exactly for isomorphic architectures, in every process.

        Returns:
            32 hexadecimal digits. Where the graph is so symmetric that the search for its
            canonical form is cut off, isomorphic architectures can have different hashes.
        """
        return self._canonical_hash

    @cached_property
    def _canonical_hash(self) -> str:
        return canonical_hash(self.kind, self.layers, self.parents, self.children)

    def to_dict(self) -> dict[str, Any]:
        """The stored form, a JSON object; see `optuna_nasbot.architecture.stored_form`.

        Raises:
            ArchitectureError: It would take more than 60,000 bytes.
        """
        return to_document(self.layers, self.edges, self.kind)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Architecture:
        """Read the stored form.

        Args:
            document: What `to_dict` returns.

        Raises:
            ArchitectureError: The document is damaged, of another format, or not a network.
        """
        return cls(*read_document(document))

    @classmethod
    def chain(cls, *layers: str | Layer, kind: str) -> Architecture:
        """Write a network by hand in which each layer feeds the next.

        `Architecture.chain("conv3-16", "res3-16/2", "max-pool", "fc-32", kind="cnn")` is the
        network ip, conv3-16, res3-16/2, max-pool, fc-32, softmax, op: the input, the decision
        layer (if the kind has one) and the output are added.

        Args:
            layers: The layers in between, each a `Layer` or a text as `str(layer)` gives it: the
                label, `-units` if it has units, `/2` for a stride of 2. The stride is 1 unless
                given.
            kind: `"cnn"`, `"cnn-reg"`, `"mlp-reg"`, `"mlp-class"`, or a kind of your own.

        Raises:
            ArchitectureError: The kind is not known, a text is not a layer of this kind, or the
                layers don't make a network; the message numbers them from 1, since `ip` is
                layer 0.
        """
        operations = operations_of(kind)
        return cls(*chained(read_chain(layers, operations), operations))

    def __repr__(self) -> str:
        # Without the mass: that takes the operations of the kind, which a process that unpickled
        # the network may not know, and the mass rules of users, which may fail.
        layers, edges = len(self.layers), len(self.edges)
        return f"<Architecture {shown(self.kind)}: {layers} layers, {edges} edges>"

    def _repr_svg_(self) -> str | None:
        """The drawing, which notebooks show."""
        return notebook_svg(self)

    def __str__(self) -> str:
        masses = masses_of(self.layers, self.parents, self.operations)
        return as_table(self.kind, self.layers, self.parents, masses)


def check_architecture(architecture: object) -> None:
    """Check that an argument is an Architecture.

    Raises:
        TypeError: It is something else.
    """
    if not isinstance(architecture, Architecture):
        raise TypeError(
            f"architecture: expected an Architecture, got {type(architecture).__name__}."
        )
