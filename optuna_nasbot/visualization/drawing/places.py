"""Where the nodes of a drawing go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from optuna_nasbot.visualization.drawing.columns import Columns
from optuna_nasbot.visualization.drawing.columns import in_columns
from optuna_nasbot.visualization.drawing.placement import placed
from optuna_nasbot.visualization.drawing.rows import Link
from optuna_nasbot.visualization.drawing.rows import Rows
from optuna_nasbot.visualization.drawing.sizes import Sizes

GUTTER = 16.0
"""Distance between a column and the wires that lead on to the next one."""
TRACK = 9.0
"""Distance of these wires from each other."""

_BESIDE = 12.0
"""Least distance of neighbours in a row."""
_BELOW = (17.0, 34.0)
"""Least and largest distance of rows: it grows with how far links between them reach sideways."""
_REACH_SHARE = 1 / 12
_TALL = 660.0
"""A drawing is folded into columns of about this height at most, ..."""
_WIDE = 1100.0
"""... as long as they are not wider than this together."""
_STRAIGHTNESS = (4.0, 1.0, 8.0)
"""How much it counts that a link is vertical, by how many of its ends are bends."""
_NEIGHBOURS = 0.5
"""How much it counts that neighbours in a row are close."""
_TILT = 1e-4


@dataclass(frozen=True)
class Place:
    """Where a node is: its centre, and the upper and lower edge of its row."""

    x: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """The middle of its row."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Places:
    """Where all nodes are.

    Args:
        nodes: The place of each node.
        rights: The right edge of each column.
        width: Width of all of it.
        height: Height of all of it.
    """

    nodes: dict[int, Place]
    rights: tuple[float, ...]
    width: float
    height: float


@dataclass(frozen=True)
class Folded:
    """A network in columns, all in their places.

    Args:
        columns: The columns.
        sizes: The sizes of their nodes.
        places: The places of their nodes.
    """

    columns: Columns
    sizes: Sizes
    places: Places


def folded(rows: Rows, sizes: Sizes) -> Folded:
    """Fold a network into as many columns as its height asks for and their width allows."""
    n = _most_columns(rows, sizes)
    while True:
        columns = in_columns(rows, n)
        with_bends = sizes.with_origins(columns.origins)
        places = places_of(columns, with_bends)
        if n == 1 or places.width <= _WIDE:
            return Folded(columns, with_bends, places)
        n -= 1


def _most_columns(rows: Rows, sizes: Sizes) -> int:
    """How many columns the height asks for and the widest row leaves room for."""
    height = sum(sizes.row_height(row) + 1.2 * _BELOW[0] for row in rows.rows)
    width = max(sum(sizes.width(node) + _BESIDE for node in row) for row in rows.rows)
    return max(1, min(math.ceil(height / _TALL), int(_WIDE / width)))


def places_of(columns: Columns, sizes: Sizes) -> Places:
    """Put the nodes in their places, columns side by side with room for the wires between them."""
    top = _tracks(max(map(len, columns.turns), default=0))
    left, height = 0.0, 0.0
    nodes: dict[int, Place] = {}
    rights = []
    for index, column in enumerate(columns.columns):
        members = {node for row in column for node in row}
        links = [link for link in columns.links if link[0] in members]
        x = _across(column, links, sizes)
        left -= min(x[node] - sizes.width(node) / 2 for node in members)
        gaps = _gaps(column, links, x)
        bottom = top
        for row, gap in zip(column, gaps, strict=True):
            upper, bottom = bottom + gap, bottom + gap + sizes.row_height(row)
            nodes |= {node: Place(left + x[node], upper, bottom) for node in row}
        rights.append(max(nodes[node].x + sizes.width(node) / 2 for node in members))
        n_turns = len(columns.turns[index]) if index < len(columns.turns) else 0
        height = max(height, bottom + _tracks(n_turns))
        left = rights[-1] + GUTTER + _tracks(n_turns)
    return Places(nodes, tuple(rights), rights[-1], height)


def _tracks(n: int) -> float:
    """The room that n wires from column to column take."""
    return GUTTER + TRACK * (n - 1) if n else 0.0


def _gaps(
    column: Sequence[Sequence[int]], links: Sequence[Link], x: dict[int, float]
) -> list[float]:
    """The space above each row."""
    reach = dict.fromkeys(x, 0.0)
    for start, end in links:
        reach[start] = max(reach[start], abs(x[start] - x[end]))
    least, most = _BELOW
    below = [min(least + _REACH_SHARE * max(reach[node] for node in row), most) for row in column]
    return [0.0, *below[:-1]]


def _across(
    column: Sequence[Sequence[int]], links: Sequence[Link], sizes: Sizes
) -> dict[int, float]:
    """The centres of the nodes of a column: links as vertical as neighbours allow.

    Of all best solutions it takes the middle one: the mean of the outermost.
    """
    number = {node: k for k, node in enumerate(node for row in column for node in row)}
    pulls = [
        (number[i], number[j], _STRAIGHTNESS[sizes.is_bend(i) + sizes.is_bend(j)])
        for i, j in links
    ]
    gaps = []
    for row in column:
        for i, j in pairwise(row):
            gap = (sizes.width(i) + sizes.width(j)) / 2 + _BESIDE
            gaps.append((number[i], number[j], gap))
            pulls.append((number[i], number[j], _NEIGHBOURS))
    # The rightmost solution is the leftmost one of the mirrored problem, and to solve both at once
    # is faster. Their first nodes are in one place.
    n = len(number)
    mirrored = [(n + j, n + i, gap) for i, j, gap in gaps]
    together = [(0, n, 0.0), (n, 0, 0.0)] if gaps else []
    twice = [*pulls, *((n + i, n + j, weight) for i, j, weight in pulls)]
    places = placed(2 * n, twice, [*gaps, *mirrored, *together], _TILT)
    middle = (places[:n] - places[n:]) / 2
    return {node: float(middle[k]) for node, k in number.items()}
