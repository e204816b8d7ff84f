"""Cells with operations on their vertices."""

from __future__ import annotations

import pytest

from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import Operation
from optuna_nasbot.spaces.vertex_cells import network_of_vertices

KIND = "test-vertex-cells"
CellSpace(kind=KIND, operations=[Operation("a"), Operation("b")])


def test_what_is_on_no_way_is_left_out():
    network = network_of_vertices(["a", "b", "a"], [(0, 1), (1, 4), (0, 2), (3, 4)], KIND)
    assert network is not None
    assert [layer.label for layer in network.layers] == ["ip", "a", "op"]
    assert network.edges == ((0, 1), (1, 2))


def test_input_may_be_the_output():
    network = network_of_vertices(["a"], [(0, 2)], KIND)
    assert network is not None
    assert [layer.label for layer in network.layers] == ["ip", "op"]


def test_no_network_without_a_way():
    assert network_of_vertices(["a", "b"], [(0, 1), (2, 3)], KIND) is None
    assert network_of_vertices([], [], KIND) is None


def test_inner_vertices_may_be_numbered_in_any_order():
    one = network_of_vertices(["a", "b"], [(0, 1), (1, 2), (2, 3)], KIND)
    other = network_of_vertices(["b", "a"], [(0, 2), (2, 1), (1, 3)], KIND)
    assert one is not None
    assert other is not None
    assert one.canonical_hash() == other.canonical_hash()


def test_cycles_are_refused():
    with pytest.raises(ArchitectureError, match="cycle"):
        network_of_vertices(["a", "b"], [(0, 1), (1, 2), (2, 1), (2, 3)], KIND)
