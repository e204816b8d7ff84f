"""Order and neighbourhood in a directed graph given by its edges."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from collections.abc import Sequence

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.layer import Layer

Edges = tuple[tuple[int, int], ...]


def neighbours(n_layers: int, edges: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """For each layer the far ends of the edges that start there, ascending."""
    far_ends: list[list[int]] = [[] for _ in range(n_layers)]
    for start, end in edges:
        far_ends[start].append(end)
    return tuple(tuple(sorted(ends)) for ends in far_ends)


def sorted_topologically(layers: Sequence[Layer], edges: Edges) -> tuple[tuple[Layer, ...], Edges]:
    """Layers in a topological order with the edges renumbered and sorted.

    Of all such orders it is the one that keeps the given order as far as possible, so that an
    order that already is topological does not change.

    Raises:
        ArchitectureError: The edges form a cycle.
    """
    if all(i < j for i, j in edges):
        return tuple(layers), tuple(sorted(edges))
    order = topological_order(layers, edges)
    position = {old: new for new, old in enumerate(order)}
    renumbered = sorted((position[i], position[j]) for i, j in edges)
    return tuple(layers[old] for old in order), tuple(renumbered)


def topological_order(layers: Sequence[Layer], edges: Edges) -> list[int]:
    """Indices of the layers such that every edge leads forwards (Kahn's algorithm).

    Raises:
        ArchitectureError: The edges form a cycle.
    """
    children = neighbours(len(layers), edges)
    missing = [0] * len(layers)
    for _, end in edges:
        missing[end] += 1
    ready = [index for index, count in enumerate(missing) if count == 0]
    order = []
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
