"""Cells with operations on their vertices: their networks have these vertices as layers."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT


def network_of_vertices(
    labels: Sequence[str], edges: Collection[tuple[int, int]], kind: str
) -> Architecture | None:
    """The network of the vertices on paths from the input to the output; None if there is no path.

    Args:
        labels: Operations of the n - 2 inner vertices, which are numbered from 1.
        edges: Pairs (i, j) of vertices, without a cycle; vertex 0 is the input and vertex n - 1
            the output.
        kind: Kind of the network.

    Raises:
        ArchitectureError: The edges form a cycle.
    """
    last = len(labels) + 1
    useful = _reached(0, edges) & _reached(last, [(end, start) for start, end in edges])
    if last not in useful:
        return None
    kept = sorted(useful)
    number = {vertex: position for position, vertex in enumerate(kept)}
    layers = [Layer(INPUT), *(Layer(label) for label in labels), Layer(OUTPUT)]
    return Architecture(
        tuple(layers[vertex] for vertex in kept),
        tuple((number[i], number[j]) for i, j in edges if {i, j} <= useful),
        kind,
    )


def _reached(start: int, edges: Collection[tuple[int, int]]) -> set[int]:
    """The vertices that can be reached from a vertex along edges, itself included."""
    reached = {start}
    frontier = [start]
    for vertex in frontier:
        ends = {j for i, j in edges if i == vertex} - reached
        reached |= ends
        frontier += ends
    return reached
