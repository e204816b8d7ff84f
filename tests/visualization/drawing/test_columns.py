from __future__ import annotations

from itertools import pairwise

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization.drawing.columns import in_columns
from optuna_nasbot.visualization.drawing.rows import in_rows


def blocks(n: int) -> Architecture:
    """Blocks of four layers, the first of which is an input of the last, too."""
    layers = (Layer("ip"), *[Layer("relu", 8)] * (4 * n), Layer("linear"), Layer("op"))
    ways_around = [(4 * k + 1, 4 * k + 4) for k in range(n)]
    return Architecture(layers, (*pairwise(range(len(layers))), *ways_around), "mlp-reg")


@pytest.mark.parametrize("n_columns", [1, 2, 3])
def test_breaks_are_between_blocks(n_columns: int) -> None:
    network = blocks(6)
    rows = in_rows(network)
    columns = in_columns(rows, n_columns)
    assert len(columns.columns) == n_columns
    assert [len(turn) for turn in columns.turns] == [1] * (n_columns - 1)
    assert all(4 <= len(column) <= len(network.layers) for column in columns.columns)
    layers = [node for column in columns.columns for row in column for node in row]
    assert sorted(layers) == list(range(len(columns.origins)))


def test_links_join_a_row_and_the_next_one() -> None:
    columns = in_columns(in_rows(blocks(6)), 2)
    place = {
        node: (c, r)
        for c, column in enumerate(columns.columns)
        for r, row in enumerate(column)
        for node in row
    }
    for start, end in columns.links:
        (column, row), (other, following) = place[start], place[end]
        assert (other, following) == (column, row + 1)
    for index, turn in enumerate(columns.turns):
        last = len(columns.columns[index]) - 1
        assert [place[start] for start, _ in turn] == [(index, last)] * len(turn)
        assert tuple(end for _, end in turn) == columns.columns[index + 1][0]
