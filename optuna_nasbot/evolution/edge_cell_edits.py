"""What edits make of a cell with operations on its edges.

Of the cells that compute the same function one stands for all (`CellSpace.edges_of_network`): the
neighbours of a network are those of this cell, and others would have some more.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from itertools import combinations
from itertools import product

from optuna_nasbot.spaces import CellSpace

Labels = dict[tuple[int, int], str]
EdgeChange = Callable[[Labels, CellSpace], Iterator[Labels]]
"""From the operations on a cell's edges to those of the cells that are one edit away."""


def label_edge(labels: Labels, space: CellSpace) -> Iterator[Labels]:
    """Give an edge another operation, or a pair of vertices an edge."""
    for pair in combinations(range(space.max_vertices), 2):
        for label in space.labels:
            if labels.get(pair) != label:
                yield {**labels, pair: label}


def remove_edge(labels: Labels, space: CellSpace) -> Iterator[Labels]:
    """Take out an edge."""
    for pair in labels:
        yield {other: label for other, label in labels.items() if other != pair}


def add_vertex(labels: Labels, space: CellSpace) -> Iterator[Labels]:
    """Lead a new path of two operations over a vertex that is not used yet."""
    last = space.max_vertices - 1
    used = sorted({vertex for pair in labels for vertex in pair})
    if len(used) == space.max_vertices:
        return
    for position, start in enumerate(used[:-1]):
        # The vertices behind the start move up, so that the new one fits in between.
        number = {v: k + (k > position) for k, v in enumerate(used)} | {last: last}
        kept = {(number[i], number[j]): label for (i, j), label in labels.items()}
        new = position + 1
        for end in used[new:]:
            for into, out in product(space.labels, repeat=2):
                yield {**kept, (number[start], new): into, (new, number[end]): out}


EDGE_CELL_CHANGES: dict[str, EdgeChange] = {
    "label_edge": label_edge,
    "remove_edge": remove_edge,
    "add_vertex": add_vertex,
}
