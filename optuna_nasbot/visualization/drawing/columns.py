"""Rows in columns: a long network goes on beside itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optuna_nasbot.visualization.drawing.rows import Link
from optuna_nasbot.visualization.drawing.rows import Rows

_SLACK = 0.35
"""How far from an even share of the rows a column may end, in shares."""


@dataclass(frozen=True)
class Columns:
    """A network in columns of rows.

    Args:
        columns: For each column its rows.
        links: Pairs of nodes in a row and the next one of a column.
        turns: For each column but the first the links that lead to its first row from the last
            row of the column before, from left to right.
        origins: For each node the layer or junction whose output passes it.
    """

    columns: tuple[tuple[tuple[int, ...], ...], ...]
    links: tuple[Link, ...]
    turns: tuple[tuple[Link, ...], ...]
    origins: tuple[int, ...]


def in_columns(rows: Rows, n_columns: int) -> Columns:
    """Break a network where few wires pass, into columns of about as many rows each.

    The wires that pass go to bends, one each, which are the first row of the next column.
    """
    breaks = _breaks([len(row) for row in rows.rows], n_columns)
    links, turns, origins = list(rows.links), [], list(rows.origins)
    columns = []
    for begin, end in zip([0, *breaks], [*breaks, len(rows.rows)], strict=True):
        column = rows.rows[begin:end]
        if begin:
            passing = rows.rows[begin - 1]
            entries = range(len(origins), len(origins) + len(passing))
            origins += [origins[node] for node in passing]
            entry = dict(zip(passing, entries, strict=True))
            links = [(entry.get(start, start), stop) for start, stop in links]
            turns.append(tuple(entry.items()))
            column = (tuple(entries), *column)
        columns.append(column)
    return Columns(tuple(columns), tuple(links), tuple(turns), tuple(origins))


def _breaks(sizes: Sequence[int], n_columns: int) -> list[int]:
    """The rows that columns begin with, given how many nodes each row has.

    One more wire that passes is as bad as being two rows farther from an even share.
    """
    share = len(sizes) / n_columns
    breaks = []
    for k in range(1, n_columns):
        least = math.ceil(share * (k - _SLACK))
        most = math.floor(share * (k + _SLACK))
        candidates = range(max(least, 1), min(most, len(sizes) - 1) + 1)
        breaks.append(min(candidates, key=lambda row: sizes[row - 1] + abs(row - share * k) / 2))
    return breaks
