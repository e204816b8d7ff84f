"""The edits of cells with operations on their vertices.

A place determines an edit completely: nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.edits.edit import Edit

VertexCell = tuple[list[str], set[tuple[int, int]]]
"""Operations of the inner vertices, which are numbered from 1, and edges."""
_Change = Callable[[Architecture, tuple[str, ...]], Iterator[VertexCell]]
"""From a cell and all operations to the cells that are one edit away."""
_NetworkOf = Callable[[list[str], set[tuple[int, int]]], Architecture | None]


def vertex_cell_edits(operations: tuple[str, ...], network_of: _NetworkOf) -> tuple[Edit, ...]:
    """The edits of cells, all of them equally likely to make a random child.

    Args:
        operations: The labels that a vertex can have.
        network_of: Gives the network for operations of inner vertices and edges; None if no path
            leads from the input to the output.

    Returns:
        The edits. They can be pickled if the function can.
    """
    return tuple(
        Edit(name, 1.0, partial(_sites, change, operations), partial(_apply, network_of))
        for name, change in _CHANGES.items()
    )


def _sites(
    change: _Change, operations: tuple[str, ...], cell: Architecture, rng: np.random.Generator
) -> list[VertexCell]:
    return list(change(cell, operations))


def _apply(
    network_of: _NetworkOf, cell: Architecture, site: VertexCell, rng: np.random.Generator
) -> Architecture | None:
    return network_of(*site)


def label_vertex(cell: Architecture, operations: tuple[str, ...]) -> Iterator[VertexCell]:
    """Give a vertex another operation."""
    labels, edges = _parts(cell)
    for position, label in product(range(len(labels)), operations):
        if labels[position] != label:
            yield [*labels[:position], label, *labels[position + 1 :]], edges


def add_edge(cell: Architecture, operations: tuple[str, ...]) -> Iterator[VertexCell]:
    """Connect two vertices."""
    labels, edges = _parts(cell)
    for pair in _forward_pairs(cell):
        if pair not in edges:
            yield labels, edges | {pair}


def remove_edge(cell: Architecture, operations: tuple[str, ...]) -> Iterator[VertexCell]:
    """Take out an edge, and with it whatever is then on no path."""
    labels, edges = _parts(cell)
    for edge in cell.edges:
        yield labels, edges - {edge}


def add_vertex(cell: Architecture, operations: tuple[str, ...]) -> Iterator[VertexCell]:
    """Connect two vertices through a new one, in place of an edge between them or beside it."""
    labels, edges = _parts(cell)
    new, last = len(labels) + 1, len(labels) + 2
    moved = {(i, last if j == new else j) for i, j in edges}
    for start, end in _forward_pairs(cell):
        end = last if end == new else end
        for label in operations:
            path = {(start, new), (new, end)}
            yield [*labels, label], moved | path
            if (start, end) in moved:
                yield [*labels, label], (moved | path) - {(start, end)}


def remove_vertex(cell: Architecture, operations: tuple[str, ...]) -> Iterator[VertexCell]:
    """Take out a vertex, with or without connecting its parents to its children."""
    labels, edges = _parts(cell)
    for vertex in range(1, len(labels) + 1):
        kept = {edge for edge in edges if vertex not in edge}
        # The vertex keeps its number but has no edges, and so is left out of the network.
        yield labels, kept
        yield labels, kept | set(product(cell.parents[vertex], cell.children[vertex]))


def _parts(cell: Architecture) -> VertexCell:
    return [layer.label for layer in cell.layers[1:-1]], set(cell.edges)


def _forward_pairs(cell: Architecture) -> Iterator[tuple[int, int]]:
    """Pairs of vertices that an edge can connect without making a cycle."""
    last = len(cell.layers) - 1
    reached = [{vertex} for vertex in range(last + 1)]
    for vertex in range(last, -1, -1):
        for child in cell.children[vertex]:
            reached[vertex] |= reached[child]
    for start, end in product(range(last), range(1, last + 1)):
        if start not in reached[end]:
            yield start, end


_CHANGES: dict[str, _Change] = {
    "label_vertex": label_vertex,
    "add_edge": add_edge,
    "remove_edge": remove_edge,
    "add_vertex": add_vertex,
    "remove_vertex": remove_vertex,
}
