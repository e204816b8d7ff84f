"""What edits make of a cell with operations on its vertices."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from itertools import product

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.spaces import CellSpace

VertexCell = tuple[list[str], set[tuple[int, int]]]
"""Operations of the inner vertices, and edges; see `CellSpace.network_of_vertices`."""
VertexChange = Callable[[Architecture, CellSpace], Iterator[VertexCell]]
"""From a cell to those that are one edit away."""


def label_vertex(cell: Architecture, space: CellSpace) -> Iterator[VertexCell]:
    """Give a vertex another operation."""
    labels, edges = _parts(cell)
    for position, label in product(range(len(labels)), space.labels):
        if labels[position] != label:
            yield [*labels[:position], label, *labels[position + 1 :]], edges


def add_edge(cell: Architecture, space: CellSpace) -> Iterator[VertexCell]:
    """Connect two vertices."""
    labels, edges = _parts(cell)
    for pair in _forward_pairs(cell):
        if pair not in edges:
            yield labels, edges | {pair}


def remove_edge(cell: Architecture, space: CellSpace) -> Iterator[VertexCell]:
    """Take out an edge, and with it what is on no way any more."""
    labels, edges = _parts(cell)
    for edge in cell.edges:
        yield labels, edges - {edge}


def add_vertex(cell: Architecture, space: CellSpace) -> Iterator[VertexCell]:
    """Lead a path from one vertex to another over a new one, in an edge or beside it."""
    labels, edges = _parts(cell)
    new, last = len(labels) + 1, len(labels) + 2
    moved = {(i, last if j == new else j) for i, j in edges}
    for start, end in _forward_pairs(cell):
        end = last if end == new else end
        for label in space.labels:
            path = {(start, new), (new, end)}
            yield [*labels, label], moved | path
            if (start, end) in moved:
                yield [*labels, label], (moved | path) - {(start, end)}


def remove_vertex(cell: Architecture, space: CellSpace) -> Iterator[VertexCell]:
    """Take out a vertex; its parents are connected with its children, or are not."""
    labels, edges = _parts(cell)
    for vertex in range(1, len(labels) + 1):
        kept = {edge for edge in edges if vertex not in edge}
        # The vertex stays without edges, on no way, and so does not become part of the network.
        yield labels, kept
        yield labels, kept | set(product(cell.parents[vertex], cell.children[vertex]))


def _parts(cell: Architecture) -> VertexCell:
    return [layer.label for layer in cell.layers[1:-1]], set(cell.edges)


def _forward_pairs(cell: Architecture) -> Iterator[tuple[int, int]]:
    """Pairs of vertices that an edge can connect without a cycle."""
    last = len(cell.layers) - 1
    reached = [{vertex} for vertex in range(last + 1)]
    for vertex in range(last, -1, -1):
        for child in cell.children[vertex]:
            reached[vertex] |= reached[child]
    for start, end in product(range(last), range(1, last + 1)):
        if start not in reached[end]:
            yield start, end


VERTEX_CELL_CHANGES: dict[str, VertexChange] = {
    "label_vertex": label_vertex,
    "add_edge": add_edge,
    "remove_edge": remove_edge,
    "add_vertex": add_vertex,
    "remove_vertex": remove_vertex,
}
