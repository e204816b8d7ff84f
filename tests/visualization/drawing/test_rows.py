from __future__ import annotations

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization.drawing.rows import in_rows


@given(data=st.data())
@settings(max_examples=40)
def test_links_join_a_row_and_the_next_one(networks, data: st.DataObject) -> None:
    rows = in_rows(data.draw(networks))
    rank = {node: k for k, row in enumerate(rows.rows) for node in row}
    assert sorted(rank) == list(range(len(rows.origins)))
    assert all(rank[end] == rank[start] + 1 for start, end in rows.links)
    assert rows.rows[0] == (0,)


def test_crossings_are_untangled() -> None:
    """Three chains side by side, given with their layers in a wild order."""
    layers = (Layer("ip"), *[Layer("relu", 8)] * 9, Layer("linear"), Layer("op"))
    chains = [(1, 6, 8), (2, 4, 9), (3, 5, 7)]
    edges = [edge for a, b, c in chains for edge in ((0, a), (a, b), (b, c), (c, 10))]
    rows = in_rows(Architecture(layers, (*edges, (10, 11)), "mlp-reg")).rows
    (_, first, second, third, *_) = rows
    assert set(zip(first, second, third, strict=True)) == set(chains)


def test_a_layer_is_close_to_what_it_is_linked_to() -> None:
    """A short way beside a long one: its layer is not in the first row, far from where it ends."""
    layers = (Layer("ip"), *[Layer("relu", 8)] * 6, Layer("linear"), Layer("op"))
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 6), (5, 7), (6, 7), (7, 8)]
    rows = in_rows(Architecture(layers, (*edges, (3, 6)), "mlp-reg")).rows
    assert {4, 6} <= set(rows[4]) or {5, 6} <= set(rows[5])


def test_rows_are_those_of_the_graph() -> None:
    """Other layers in the same graph change nothing, another edge between the same layers does."""
    edges = ((0, 1), (1, 2), (2, 3), (3, 4))
    one = Architecture.chain("relu-8", "relu-8", kind="mlp-reg")
    other = Architecture.chain("tanh-64", "crelu-16", kind="mlp-reg")
    assert one.edges == other.edges == edges
    assert in_rows(one) == in_rows(other)
    assert in_rows(Architecture(one.layers, (*edges, (0, 2)), "mlp-reg")) != in_rows(one)
