"""The edits of cells with operations on their edges.

A place determines an edit completely: nothing is left to chance. Of the cells that compute the
same function one stands for all: the neighbours of a network are the neighbours of this cell. The
other cells would add some.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from itertools import product

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.edits.edit import Edit

Labels = dict[tuple[int, int], str]
"""The operation on each edge of a cell that has one."""
_Change = Callable[[Labels, tuple[str, ...], int], Iterator[Labels]]
"""From a cell, all operations and the number of vertices to the cells that are one edit away."""


def edge_cell_edits(
    operations: tuple[str, ...],
    n_vertices: int,
    cell_of: Callable[[Architecture], Labels],
    network_of: Callable[[Labels], Architecture | None],
) -> tuple[Edit, ...]:
    """The edits of cells, all of them equally likely to make a random child.

    Args:
        operations: The labels that an edge can have.
        n_vertices: How many vertices a cell has, used or not.
        cell_of: Gives the cell of a network.
        network_of: Gives the network of a cell; None if no path leads from the input to the
            output.

    Returns:
        The edits. They can be pickled if the functions can.
    """
    return tuple(
        Edit(
            name,
            1.0,
            partial(_sites, change, operations, n_vertices, cell_of),
            partial(_apply, network_of),
        )
        for name, change in _CHANGES.items()
    )


def _sites(
    change: _Change,
    operations: tuple[str, ...],
    n_vertices: int,
    cell_of: Callable[[Architecture], Labels],
    network: Architecture,
    rng: np.random.Generator,
) -> list[Labels]:
    return list(change(cell_of(network), operations, n_vertices))


def _apply(
    network_of: Callable[[Labels], Architecture | None],
    network: Architecture,
    site: Labels,
    rng: np.random.Generator,
) -> Architecture | None:
    return network_of(site)


def label_edge(labels: Labels, operations: tuple[str, ...], n_vertices: int) -> Iterator[Labels]:
    """Give an edge another operation, or a pair of vertices an edge."""
    for pair in combinations(range(n_vertices), 2):
        for label in operations:
            if labels.get(pair) != label:
                yield {**labels, pair: label}


def remove_edge(labels: Labels, operations: tuple[str, ...], n_vertices: int) -> Iterator[Labels]:
    """Take out an edge."""
    for pair in labels:
        yield {other: label for other, label in labels.items() if other != pair}


def add_vertex(labels: Labels, operations: tuple[str, ...], n_vertices: int) -> Iterator[Labels]:
    """Connect two vertices by a new path of two operations through an unused vertex."""
    last = n_vertices - 1
    used = sorted({vertex for pair in labels for vertex in pair})
    if len(used) == n_vertices:
        return
    for position, start in enumerate(used[:-1]):
        # The vertices after the start move up, to make room for the new one.
        number = {v: k + (k > position) for k, v in enumerate(used)} | {last: last}
        kept = {(number[i], number[j]): label for (i, j), label in labels.items()}
        new = position + 1
        for end in used[new:]:
            for into, out in product(operations, repeat=2):
                yield {**kept, (number[start], new): into, (new, number[end]): out}


_CHANGES: dict[str, _Change] = {
    "label_edge": label_edge,
    "remove_edge": remove_edge,
    "add_vertex": add_vertex,
}
