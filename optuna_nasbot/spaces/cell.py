"""The search space of cells: small graphs that a larger network repeats."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.mislabel import MislabelCosts
from optuna_nasbot.architecture.mislabel import mislabel_matrix
from optuna_nasbot.architecture.operation import full_mass
from optuna_nasbot.architecture.validation import as_pair
from optuna_nasbot.edits import Edit
from optuna_nasbot.edits.edge_cell_edits import edge_cell_edits
from optuna_nasbot.edits.vertex_cell_edits import vertex_cell_edits
from optuna_nasbot.spaces.accepts import ACCEPTS
from optuna_nasbot.spaces.accepts import Accepts
from optuna_nasbot.spaces.accepts import check_accepts
from optuna_nasbot.spaces.accepts import refusal
from optuna_nasbot.spaces.edge_cells import MAX_CELLS_COMPARED
from optuna_nasbot.spaces.edge_cells import edges_of_network
from optuna_nasbot.spaces.edge_cells import function_of_edges
from optuna_nasbot.spaces.edge_cells import network_of_edges
from optuna_nasbot.spaces.edge_cells import simplest_cells
from optuna_nasbot.spaces.own_kind import OwnKindSpace
from optuna_nasbot.spaces.vertex_cells import network_of_vertices
from optuna_nasbot.spaces.violation import Violation

_POOL_SIZE = 100
_MAX_VERTICES = 100
_MAX_DRAWS = 10_000
_SAMPLE = 20
"""Random cells by which the rarity of edges is chosen."""
_LEAST_SHARE = 0.1
"""The share of them that has to keep the limits."""


@dataclass(frozen=True, kw_only=True)
class CellSpace(OwnKindSpace):
    """Small graphs of operations without widths, as in NAS-Bench-101 and NAS-Bench-201.

    A cell has an input, an output, and operations either on its vertices or on its edges. Its
    network, an `Architecture`, has one layer for each operation; what is on no path from the input
    to the output is left out. Cells that compute the same function have the same network: with
    operations on vertices these are isomorphic cells; with operations on edges also those that are
    equal because `skip` changes nothing, as long as the space has no more than 100,000 cells.

    Making the space registers its kind: a process that reads networks of this kind, for instance
    from a stored study, has to make the space first. Make it once, outside the objective, as with
    `GraphSpace`.

    Args:
        kind: A name for this set of operations, under which its networks are stored.
        operations: The operations. As cells have no widths, give each a number as its mass; an
            operation without a mass of its own has mass 1. `has_units`, `strides`, `image` and
            `module` are ignored.
        operations_on: `"vertices"` (NAS-Bench-101) or `"edges"` (NAS-Bench-201).
        max_vertices: Largest number of vertices, the input and the output included.
        max_edges: Largest number of edges; None means no bound.
        mislabel: What it costs to match different operations, by pairs or as a matrix, as in
            `GraphSpace`.
        skip: The label of the operation on edges that passes its input on unchanged, if there is
            one (`"skip_connect"`).
        least_end_mass: The least mass of the input and of the output, each of which has a tenth of
            the mass of all operations.
        accepts: A further hard limit of your own: a function that takes the `Architecture` of a
            cell and returns whether it belongs to the space, for instance by a table of latencies.
            It is called for cells that keep all other limits, hundreds of them per suggestion, and
            has to give the same answer each time. Define it once, outside the objective, since
            spaces are compared by it.

    Raises:
        TypeError: An argument has the wrong type, or `accepts` returns neither True nor False.
        RuntimeError: `accepts` raises an exception, or is given while `max_edges` is so small that
            no random cell keeps it.
        ValueError: A label comes twice, a mislabel cost is negative or not symmetric, a limit is
            out of range, the kind is a built-in one, `skip` is not one of the labels or given with
            operations on vertices, or `accepts` accepts none of the random cells that it is given.
    """

    kind: str
    operations: Sequence[Operation]
    operations_on: Literal["vertices", "edges"] = "vertices"
    max_vertices: int = 7
    max_edges: int | None = None
    mislabel: MislabelCosts = field(default_factory=dict)
    skip: str | None = None
    least_end_mass: float = 0.1
    accepts: Accepts | None = None

    def __post_init__(self) -> None:
        if self.operations_on not in ["vertices", "edges"]:
            raise ValueError(
                f"operations_on: expected 'vertices' or 'edges', got {shown(self.operations_on)}."
            )
        operations = _checked_operations(self.operations)
        labels = [operation.label for operation in operations]
        if self.skip is not None and self.skip not in labels:
            raise ValueError(f"skip: expected one of {labels} or None, got {shown(self.skip)}.")
        if self.skip is not None and not self.is_on_edges:
            raise ValueError(
                f"skip: expected None with operations on vertices, which are all kept, "
                f"got {shown(self.skip)}."
            )
        max_edges = self.max_edges
        if max_edges is not None:
            max_edges = check_whole("max_edges", max_edges, 1)
        for name, value in {
            "operations": operations,
            "max_vertices": check_whole("max_vertices", self.max_vertices, 2, _MAX_VERTICES),
            "max_edges": max_edges,
            "mislabel": mislabel_matrix(labels, self.mislabel).costs,
        }.items():
            object.__setattr__(self, name, value)
        check_accepts(self.accepts)
        self._register()
        if self.accepts is not None:
            self.random(np.random.default_rng(0))  # if it accepts no cell, that fails here

    @cached_property
    def _operation_set(self) -> OperationSet:
        operations = tuple(_of_cell(operation) for operation in self.operations)
        return OperationSet(
            kind=self.kind,
            operations=operations,
            decision=None,
            mislabel=mislabel_matrix([each.label for each in operations], self.mislabel),
            least_end_mass=self.least_end_mass,
        )

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels of the operations."""
        return tuple(self._operation_set.by_label)

    @property
    def is_on_edges(self) -> bool:
        """Whether operations are on the edges of a cell."""
        return self.operations_on == "edges"

    @cached_property
    def initial_pool(self) -> tuple[Architecture, ...]:
        """Random cells, at most 100, all different, and the same in every process."""
        rng = np.random.default_rng(0)
        drawn: list[Architecture] = []
        while len(drawn) < _POOL_SIZE:
            try:
                drawn.append(self.random(rng))
            except ValueError:
                if not drawn:
                    raise
                break  # few cells are accepted: those found have to do
        return tuple({network.canonical_hash(): network for network in drawn}.values())

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The edits of cells, which add, relabel and remove operations and edges."""
        if not self.is_on_edges:
            return vertex_cell_edits(self.labels, self.network_of_vertices)
        return edge_cell_edits(
            self.labels, self.max_vertices, self.edges_of_network, self.network_of_edges
        )

    def random(self, rng: np.random.Generator) -> Architecture:
        """A random cell of the space.

        With operations on vertices every pair has an edge with probability 1/2 and every vertex a
        random operation; with operations on edges each pair has a random operation or none.
        Where `max_edges` allows nearly none of these cells, edges are less likely.

        Args:
            rng: Source of randomness.

        Raises:
            ValueError: `accepts` accepts none of the cells drawn that keep all other limits.
            RuntimeError: None of the cells drawn keeps the other limits, or `accepts` raises.
        """
        n_refused = 0
        for _ in range(_MAX_DRAWS):
            network = self._drawn(rng, self._rarity)
            if network is None:
                continue
            violation = self.violation(network)
            if violation is None:
                return network
            n_refused += violation.limit == ACCEPTS
        if n_refused:
            raise ValueError(
                f"accepts: expected a function that accepts some cells, but it gave False for "
                f"each of the {n_refused:,} random ones that keep all other limits."
            )
        raise self._no_cell_found()

    @cached_property
    def _rarity(self) -> int:
        """How many times rarer than usual edges are.

        It is the least power of 2 with which two of twenty random cells keep the limits.

        Raises:
            RuntimeError: There was none in `_MAX_DRAWS` draws.
        """
        rng = np.random.default_rng(0)
        rarity = 1
        are_small: list[bool] = []
        for _ in range(_MAX_DRAWS):
            network = self._drawn(rng, rarity)
            if network is not None:
                are_small.append(self._broken_limit(network) is None)
            if sum(are_small) >= _LEAST_SHARE * _SAMPLE:
                return rarity
            if len(are_small) == _SAMPLE:
                rarity, are_small = 2 * rarity, []
        raise self._no_cell_found()

    def _no_cell_found(self) -> RuntimeError:
        return RuntimeError(
            f"max_edges: expected enough edges for random cells of {self.max_vertices} vertices, "
            f"got {self.max_edges}, and found none in {_MAX_DRAWS:,} draws."
        )

    def _drawn(self, rng: np.random.Generator, rarity: int) -> Architecture | None:
        """A cell whose edges are `rarity` times as rare as usual; None if nothing is connected."""
        pairs = list(combinations(range(self.max_vertices), 2))
        if self.is_on_edges:
            choices = (None, *self.labels)
            drawn = rng.integers(rarity * len(choices), size=len(pairs))
            labels = (choices[k] if k < len(choices) else None for k in drawn)
            edges = {pair: label for pair, label in zip(pairs, labels, strict=True) if label}
            return self.network_of_edges(edges)
        kept = rng.integers(2 * rarity, size=len(pairs)) == 1
        positions = rng.integers(len(self.labels), size=self.max_vertices - 2)
        return self.network_of_vertices(
            [self.labels[position] for position in positions],
            [pair for pair, is_kept in zip(pairs, kept, strict=True) if is_kept],
        )

    def network_of_vertices(
        self, labels: Sequence[str], edges: Collection[tuple[int, int]]
    ) -> Architecture | None:
        """The network of a cell with operations on its vertices.

        Args:
            labels: Operations of the n - 2 inner vertices, which are numbered from 1.
            edges: Pairs (i, j) of vertices, or an array (n_edges, 2) of them, without a cycle;
                vertex 0 is the input and vertex n - 1 the output.

        Returns:
            The network, which may break limits of the space; None if no path leads from the input
            to the output.

        Raises:
            ValueError: The cells of this space have operations on edges.
            ArchitectureError: `labels` or `edges` is not a collection, a label or an edge is
                unknown, an edge comes twice, or the edges form a cycle.
        """
        self._check_mode("vertices")
        if not isinstance(labels, Collection):
            raise ArchitectureError(
                f"labels: expected a sequence of operations, got {shown(labels)}."
            )
        if not isinstance(edges, Collection):
            raise ArchitectureError(
                f"edges: expected pairs of vertices (i, j), got {shown(edges)}."
            )
        for label in labels:
            if label not in self.labels:
                raise ArchitectureError(
                    f"labels: expected operations of {', '.join(self.labels)}, got {shown(label)}."
                )
        n = len(labels) + 2
        pairs = []
        for edge in edges:
            pair = as_pair(edge)
            if pair is None or not 0 <= min(pair) <= max(pair) < n:
                raise ArchitectureError(
                    f"edges: expected pairs of vertices from 0 to {n - 1}, got {shown(edge)}."
                )
            pairs.append(pair)
        return network_of_vertices(labels, pairs, self.operation_set.kind)

    def network_of_edges(self, labels: Mapping[tuple[int, int], str]) -> Architecture | None:
        """The network of a cell with operations on its edges.

        Args:
            labels: The operation on each edge (i, j), 0 <= i < j < `max_vertices`, that has one.
                Vertex 0 is the input, the last vertex the output.

        Returns:
            The network, which may break limits of the space. In spaces of up to 100,000 cells it
            is the same for all cells that compute the same function. None if no path leads from
            the input to the output.

        Raises:
            ValueError: The cells of this space have operations on vertices.
            ArchitectureError: A label or an edge is unknown, or `labels` is not a mapping.
        """
        self._check_mode("edges")
        n = self.max_vertices
        if not isinstance(labels, Mapping):
            raise ArchitectureError(
                f"labels: expected a mapping from edges (i, j) to operations, got {shown(labels)}."
            )
        cell = {}
        for edge, label in labels.items():
            pair = as_pair(edge)
            if pair is None or not 0 <= pair[0] < pair[1] < n or label not in self.labels:
                raise ArchitectureError(
                    f"labels: expected edges (i, j) with 0 <= i < j < {n} and operations of "
                    f"{', '.join(self.labels)}, got {shown(edge)}: {shown(label)}. "
                    "Leave out edges without an operation."
                )
            cell[pair] = label
        if self._are_functions_compared:
            function = function_of_edges(cell, n, self.skip)
            cell = simplest_cells(self.labels, n, self.skip).get(function, {})
        return network_of_edges(cell, n, self.operation_set.kind)

    def edges_of_network(self, network: Architecture) -> dict[tuple[int, int], str]:
        """The cell of a network: the operation on each edge that has one.

        Args:
            network: A network of the space.

        Returns:
            A cell that `network_of_edges` takes. Of several cells with this network it is the one
            whose vertices are numbered in the order of the network's layers.

        Raises:
            ValueError: The cells of this space have operations on vertices.
            ArchitectureError: The network does not belong to the space.
        """
        self._check_mode("edges")
        self.check(network)
        return edges_of_network(network, self.max_vertices) or {}

    def violation(self, architecture: Architecture) -> Violation | None:
        """The first limit that a cell breaks; None if it keeps them all."""
        return self._broken_limit(architecture) or refusal(self.accepts, architecture)

    def _broken_limit(self, architecture: Architecture) -> Violation | None:
        """The first limit other than `accepts` that a cell breaks, if there is one."""
        n_vertices, n_edges = len(architecture.layers), len(architecture.edges)
        if self.is_on_edges:
            if edges_of_network(architecture, self.max_vertices) is None:
                return Violation("operations_on", "edges", "other edges than such a cell")
            n_vertices, n_edges = 0, n_vertices - 2
        if n_vertices > self.max_vertices:
            return Violation("max_vertices", self.max_vertices, n_vertices)
        if self.max_edges is not None and n_edges > self.max_edges:
            return Violation("max_edges", self.max_edges, n_edges)
        return None

    @cached_property
    def _are_functions_compared(self) -> bool:
        n_pairs = self.max_vertices * (self.max_vertices - 1) // 2
        return bool((len(self.labels) + 1) ** n_pairs <= MAX_CELLS_COMPARED)

    def _check_mode(self, wanted: str) -> None:
        if self.operations_on != wanted:
            raise ValueError(
                f"operations_on: expected a space with operations on {wanted}, got one with "
                f"operations on {self.operations_on}."
            )


def _checked_operations(operations: object) -> tuple[Operation, ...]:
    """Return the operations as a tuple after a check.

    Raises:
        TypeError: They are not a sequence, or an item is not an Operation.
    """
    if not isinstance(operations, Sequence) or isinstance(operations, str):
        raise TypeError(f"operations: expected a sequence of Operation, got {shown(operations)}.")
    for index, operation in enumerate(operations):
        if not isinstance(operation, Operation):
            raise TypeError(f"operations[{index}]: expected an Operation, got {shown(operation)}.")
    return tuple(operations)


def _of_cell(operation: Operation) -> Operation:
    """The operation without units, strides and image; with mass 1 unless it has one of its own."""
    mass = 1.0 if operation.mass is full_mass else operation.mass
    return Operation(operation.label, operation.group, mass, has_units=False)
