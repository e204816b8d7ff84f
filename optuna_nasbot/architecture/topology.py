"""Order and neighbourhood in a directed graph given by its edges."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from collections.abc import Sequence

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.layer import Layer

Edges = tuple[tuple[int, int], ...]
Neighbours = tuple[tuple[int, ...], ...]
"""For each layer those that feed it, or those that it feeds."""


def neighbours(n_layers: int, edges: Iterable[tuple[int, int]]) -> tuple[Neighbours, Neighbours]:
    """For each layer the layers that feed it, and those that it feeds, in the order of edges."""
    parents: list[list[int]] = [[] for _ in range(n_layers)]
    children: list[list[int]] = [[] for _ in range(n_layers)]
    for start, end in edges:
        parents[end].append(start)
        children[start].append(end)
    return tuple(map(tuple, parents)), tuple(map(tuple, children))


def topological_order(
    layers: Sequence[Layer], parents: Neighbours, children: Neighbours
) -> list[int]:
    """Indices of the layers in an order in which every edge leads forwards (Kahn's algorithm).

    Of all such orders it is the lexicographically first: the given order, if edges allow it.

    Raises:
        ArchitectureError: The edges form a cycle.
    """
    missing = [len(sources) for sources in parents]
    ready = [index for index, count in enumerate(missing) if count == 0]
    order: list[int] = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for child in children[index]:
            missing[child] -= 1
            if missing[child] == 0:
                heapq.heappush(ready, child)
    if len(order) < len(layers):
        stuck = [f"{i} ({layers[i]})" for i in range(len(layers)) if missing[i] > 0]
        raise ArchitectureError(
            f"edges: expected no cycle, got one that blocks layers {', '.join(stuck[:8])}."
        )
    return order


def renumbered(edges: Edges, order: Sequence[int]) -> Edges:
    """The edges, sorted, after the layers are put into another order."""
    position = [0] * len(order)
    for new, old in enumerate(order):
        position[old] = new
    return tuple(sorted([(position[start], position[end]) for start, end in edges]))
