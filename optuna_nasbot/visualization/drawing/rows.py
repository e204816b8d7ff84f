"""Layers in rows, and the bends of the wires that pass rows (Sugiyama et al. 1981).

The nodes of a drawing are the layers, junctions and bends. Every link leads from a node to one in
the next row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import fmean

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.visualization.drawing.placement import placed

Link = tuple[int, int]

_SWEEPS = 16
_N_KEPT = 256
"""How many graphs are kept: networks of a search often differ in their layers alone, and rows take
half of the time of a drawing."""


@dataclass(frozen=True)
class Rows:
    """A network in rows.

    Args:
        rows: The nodes of each row from left to right: layers by their index, then junctions,
            then bends.
        links: Pairs of nodes in a row and the next one.
        origins: For each node the layer or junction whose output passes it: itself unless it is
            a bend.
    """

    rows: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
    origins: tuple[int, ...]


def in_rows(architecture: Architecture) -> Rows:
    """Put a network in rows, with few crossings."""
    return _in_rows(architecture.parents)


@lru_cache(maxsize=_N_KEPT)
def _in_rows(parents: tuple[tuple[int, ...], ...]) -> Rows:
    n_nodes, links = _with_junctions(parents)
    steps = [(start, end, 1.0) for start, end in links]
    heights = np.rint(placed(n_nodes, steps, steps))
    ranks = [int(height - heights.min()) for height in heights]
    origins = list(range(n_nodes))
    short: list[Link] = []
    for start in range(n_nodes):
        ends = [end for origin, end in links if origin == start]
        passing = [start]  # what carries the output in the row of `start` and the rows below
        for rank in range(ranks[start] + 1, max((ranks[end] for end in ends), default=0)):
            short.append((passing[-1], len(origins)))
            passing.append(len(origins))
            origins.append(start)
            ranks.append(rank)
        short += [(passing[ranks[end] - ranks[start] - 1], end) for end in ends]
    rows: list[list[int]] = [[] for _ in range(max(ranks) + 1)]
    for node, rank in enumerate(ranks):
        rows[rank].append(node)
    return Rows(_ordered(rows, short), tuple(short), tuple(origins))


def _with_junctions(parents: tuple[tuple[int, ...], ...]) -> tuple[int, list[Link]]:
    """The number of layers and junctions, and the links between them.

    Several layers that have the same several parents get them through a junction.
    """
    families: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for layer, own in enumerate(parents):
        families[own].append(layer)
    n_nodes, links = len(parents), []
    for shared, children in families.items():
        if len(shared) > 1 and len(children) > 1:
            links += [(parent, n_nodes) for parent in shared]
            links += [(n_nodes, child) for child in children]
            n_nodes += 1
        else:
            links += [(parent, child) for parent in shared for child in children]
    return n_nodes, links


def _ordered(rows: Sequence[Sequence[int]], links: Sequence[Link]) -> tuple[tuple[int, ...], ...]:
    """Order each row by the mean places of the neighbours, down and up by turns; keep the best."""
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in links:
        above[end].append(start)
        below[start].append(end)
    current = [list(row) for row in rows]
    best, fewest = tuple(map(tuple, current)), _crossings(current, below)
    orders = [best]
    for sweep in range(_SWEEPS):
        # None is better, or down and up again would lead to the same orders.
        if fewest == 0 or (len(orders) > 2 and orders[-1] == orders[-3]):
            break
        down = sweep % 2 == 0
        neighbours = above if down else below
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for index in order:
            beside = current[index - 1 if down else index + 1]
            place = {node: k for k, node in enumerate(beside)}
            means = {
                node: fmean(place[each] for each in neighbours[node]) for node in current[index]
            }
            current[index].sort(key=means.__getitem__)
        orders.append(tuple(map(tuple, current)))
        crossings = _crossings(current, below)
        if crossings < fewest:
            best, fewest = orders[-1], crossings
    return best


def _crossings(rows: Sequence[Sequence[int]], below: defaultdict[int, list[int]]) -> int:
    count = 0
    for row, following in pairwise(rows):
        place = {node: k for k, node in enumerate(following)}
        ends = np.array([(k, place[end]) for k, node in enumerate(row) for end in below[node]])
        start, end = ends[:, 0], ends[:, 1]
        count += int(np.sum((start[:, None] < start) & (end[:, None] > end)))
    return count
