"""Cells with operations on their edges, and the networks in which each operation is a layer.

A cell has vertices 0 to n - 1. Vertex 0 is its input and vertex n - 1 its output; each vertex
sums the outputs of the operations on the edges into it. In the network of a cell the operations
are layers, and an operation feeds those on the edges out of the vertex to which its own edge
leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations
from itertools import product

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT

EdgeLabels = Mapping[tuple[int, int], str]
"""The operation on each edge (i, j), i < j, of a cell."""

MAX_CELLS_COMPARED = 100_000
"""Spaces of up to so many cells are enumerated, to find cells that compute the same function."""


def pruned(labels: EdgeLabels, n_vertices: int) -> dict[tuple[int, int], str]:
    """The edges, in order, that lie on a path from the input to the output; possibly none."""
    from_input, to_output = {0}, {n_vertices - 1}
    for start, end in sorted(labels):
        if start in from_input:
            from_input.add(end)
    for start, end in sorted(labels, reverse=True):
        if end in to_output:
            to_output.add(start)
    return {
        edge: labels[edge]
        for edge in sorted(labels)
        if edge[0] in from_input and edge[1] in to_output
    }


def network_of_edges(labels: EdgeLabels, n_vertices: int, kind: str) -> Architecture | None:
    """The network of a cell; None if no path leads from the input to the output."""
    kept = pruned(labels, n_vertices)
    if not kept:
        return None
    layers = (Layer(INPUT), *(Layer(label) for label in kept.values()), Layer(OUTPUT))
    into = [(-1, 0), *kept, (n_vertices - 1, n_vertices)]
    begin_at = defaultdict(list)
    for index, (start, _) in enumerate(into):
        begin_at[start].append(index)
    edges = ((i, j) for i, (_, end) in enumerate(into) for j in begin_at.get(end, ()))
    return Architecture(layers, tuple(edges), kind)


def edges_of_network(
    architecture: Architecture, n_vertices: int
) -> dict[tuple[int, int], str] | None:
    """The cell of a network; None if no cell with so many vertices has this network.

    Layers with the same parents begin at the same vertex. Vertices are numbered from 0 in the
    order of the layers; the output is the last one, after any vertices that are not used.
    """
    vertex: dict[tuple[int, ...], int] = {}
    for parents in architecture.parents[1:]:
        vertex.setdefault(parents, len(vertex))
    if len(vertex) > n_vertices:
        return None
    vertex[architecture.parents[-1]] = n_vertices - 1
    labels: dict[tuple[int, int], str] = {}
    for index in range(len(architecture.layers) - 1):
        ends = {vertex[architecture.parents[child]] for child in architecture.children[index]}
        start = vertex[architecture.parents[index]] if index else -1
        edge = (start, min(ends))
        if len(ends) != 1 or start >= edge[1] or edge in labels:
            return None
        labels[edge] = architecture.layers[index].label
    del labels[-1, vertex[architecture.parents[1]]]
    return labels or None


def function_of_edges(labels: EdgeLabels, n_vertices: int, skip: str | None) -> str:
    """A text that is equal exactly for cells that compute the same function.

    The value of a vertex is a sum of terms: the input, or an operation on the sum at an earlier
    vertex. An edge with the operation `skip` adds the terms of the vertex that it comes from.
    (Weights are ignored: how often a term occurs counts, not from which of two equal vertices it
    comes.)

    Args:
        labels: The cell.
        n_vertices: Number of its vertices.
        skip: The operation that changes nothing; None if there is none.
    """
    terms: list[list[str]] = [["x"], *([] for _ in range(n_vertices - 1))]
    for (start, end), label in sorted(pruned(labels, n_vertices).items()):
        if label == skip:
            terms[end] += terms[start]
        else:
            terms[end].append(f"{label}({'+'.join(sorted(terms[start]))})")
    return "+".join(sorted(terms[-1]))


@lru_cache(maxsize=16)
def simplest_cells(
    labels: tuple[str, ...], n_vertices: int, skip: str | None
) -> dict[str, dict[tuple[int, int], str]]:
    """For each function that cells compute, the cell with the fewest edges that computes it.

    Of several such cells it is the first in the order of the labels.

    Args:
        labels: The operations.
        n_vertices: Number of vertices of the cells.
        skip: The operation that changes nothing; None if there is none.
    """
    pairs = list(combinations(range(n_vertices), 2))
    simplest: dict[str, dict[tuple[int, int], str]] = {}
    for chosen in product((None, *labels), repeat=len(pairs)):
        cell = {pair: label for pair, label in zip(pairs, chosen, strict=True) if label}
        if pruned(cell, n_vertices) == cell:
            function = function_of_edges(cell, n_vertices, skip)
            if function not in simplest or len(cell) < len(simplest[function]):
                simplest[function] = cell
    return simplest
