"""Cells with operations on their edges: networks, their inverse, equal functions."""

from __future__ import annotations

from itertools import combinations
from itertools import product

import pytest

from optuna_nasbot import CellSpace
from optuna_nasbot import Operation
from optuna_nasbot.spaces.edge_cells import edges_of_network
from optuna_nasbot.spaces.edge_cells import function_of_edges
from optuna_nasbot.spaces.edge_cells import network_of_edges
from optuna_nasbot.spaces.edge_cells import pruned
from optuna_nasbot.spaces.edge_cells import simplest_cells

KIND = "test-edge-cells"
LABELS = ("skip", "a", "b", "c")
CellSpace(
    kind=KIND,
    operations=[Operation(label) for label in LABELS],
    operations_on="edges",
    max_vertices=4,
)
PAIRS = tuple(combinations(range(4), 2))


def all_cells(labels: tuple[str, ...]):
    for chosen in product((None, *labels), repeat=len(PAIRS)):
        yield {pair: label for pair, label in zip(PAIRS, chosen, strict=True) if label}


def test_pruned_keeps_what_is_on_a_way():
    cell = {(0, 1): "a", (1, 2): "b", (0, 3): "c", (2, 3): "a", (0, 2): "b"}
    assert pruned(cell, 4) == cell
    assert pruned({(0, 1): "a", (0, 3): "b", (2, 3): "c"}, 4) == {(0, 3): "b"}
    assert pruned({(0, 1): "a", (2, 3): "c"}, 4) == {}


def test_network_has_a_layer_an_operation():
    network = network_of_edges({(0, 1): "a", (0, 2): "b", (1, 3): "c", (2, 3): "skip"}, 4, KIND)
    assert network is not None
    labels = [layer.label for layer in network.layers]
    edges = {(labels[i], labels[j]) for i, j in network.edges}
    assert sorted(labels) == sorted(["ip", "a", "b", "c", "skip", "op"])
    assert edges == {
        ("ip", "a"),
        ("ip", "b"),
        ("a", "c"),
        ("b", "skip"),
        ("c", "op"),
        ("skip", "op"),
    }


def test_no_network_without_a_way():
    assert network_of_edges({(0, 1): "a", (2, 3): "b"}, 4, KIND) is None


def test_inverse_gives_a_cell_with_the_same_network():
    for cell in all_cells(("a", "b")):
        network = network_of_edges(cell, 4, KIND)
        if network is None:
            continue
        back = edges_of_network(network, 4)
        assert back is not None
        again = network_of_edges(back, 4, KIND)
        assert again is not None
        assert again.canonical_hash() == network.canonical_hash()
        if len({v for pair in pruned(cell, 4) for v in pair}) == 4:
            assert back in (pruned(cell, 4), swapped(pruned(cell, 4)))


def swapped(cell):
    """The cell with its inner vertices in the other order, where they are not connected."""
    other = {0: 0, 1: 2, 2: 1, 3: 3}
    return {(other[i], other[j]): label for (i, j), label in cell.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({(0, 3): "a"}, {(0, 1): "skip", (1, 3): "a"}),
        ({(0, 3): "a"}, {(0, 1): "a", (1, 3): "skip"}),
        ({(0, 1): "a", (1, 3): "b"}, {(0, 2): "a", (2, 3): "b"}),
        ({(0, 1): "a", (0, 3): "b", (1, 3): "c"}, {(0, 2): "a", (0, 3): "b", (2, 3): "c"}),
        (
            {(0, 1): "skip", (0, 2): "a", (1, 2): "b", (2, 3): "c"},
            {(0, 1): "b", (0, 2): "a", (1, 2): "skip", (2, 3): "c"},
        ),
    ],
)
def test_equal_functions(one, other):
    assert function_of_edges(one, 4, "skip") == function_of_edges(other, 4, "skip")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({(0, 3): "a"}, {(0, 3): "b"}),
        ({(0, 3): "a"}, {(0, 3): "a", (0, 1): "skip", (1, 3): "a"}),
        ({(0, 3): "a"}, {(0, 3): "a", (0, 1): "skip", (1, 3): "skip"}),
        ({(0, 1): "a", (1, 3): "b"}, {(0, 1): "b", (1, 3): "a"}),
    ],
)
def test_different_functions(one, other):
    assert function_of_edges(one, 4, "skip") != function_of_edges(other, 4, "skip")


def test_isomorphic_networks_have_equal_functions():
    functions: dict[str, str] = {}
    for cell in all_cells(("a", "skip")):
        network = network_of_edges(cell, 4, KIND)
        if network is not None:
            function = function_of_edges(cell, 4, "skip")
            assert functions.setdefault(network.canonical_hash(), function) == function


def test_simplest_cells_are_one_for_each_function():
    simplest = simplest_cells(LABELS, 4, "skip")
    for cell in all_cells(LABELS):
        if pruned(cell, 4):
            function = function_of_edges(cell, 4, "skip")
            assert len(simplest[function]) <= len(pruned(cell, 4))
    for function, cell in simplest.items():
        assert function_of_edges(cell, 4, "skip") == function
