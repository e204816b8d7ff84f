from __future__ import annotations

import pickle
import re
from copy import deepcopy
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from optuna_nasbot import CellSpace
from optuna_nasbot import Operation
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import layer_masses

LAYERS = (
    Layer("ip"),
    Layer("conv3", 16, 1),
    Layer("res5", 16, 2),
    Layer("max-pool"),
    Layer("fc", 32),
    Layer("softmax"),
    Layer("op"),
)
EDGES = ((0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (5, 6))
BRANCHED = Architecture(LAYERS, EDGES, "cnn")


def test_neighbours() -> None:
    assert BRANCHED.parents == ((), (0,), (1,), (1,), (2, 3), (4,), (5,))
    assert BRANCHED.children == ((1,), (2, 3), (4,), (4,), (5,), (6,), ())


@pytest.mark.parametrize("seed", range(5))
def test_layers_and_edges_in_any_order_make_the_same_network(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = [int(index) for index in rng.permutation(len(LAYERS))]
    edges = [(order.index(i), order.index(j)) for i, j in EDGES]
    given = Architecture(
        [LAYERS[index] for index in order],
        [list(edges[k]) for k in rng.permutation(len(edges))],
        "cnn",
    )
    assert given.layers[0].label == "ip"
    assert given.layers[-1].label == "op"
    assert all(i < j for i, j in given.edges)
    assert list(given.edges) == sorted(given.edges)
    assert given.canonical_hash() == BRANCHED.canonical_hash()
    assert sorted(layer_masses(given)) == sorted(layer_masses(BRANCHED))


def test_a_topological_order_is_kept_and_edges_are_sorted() -> None:
    again = Architecture(LAYERS, tuple(reversed(EDGES)), "cnn")
    assert again == BRANCHED
    assert again.layers == LAYERS
    assert again.edges == EDGES


def test_frozen_hashable_and_copied_whole() -> None:
    with pytest.raises(FrozenInstanceError):
        BRANCHED.kind = "mlp-reg"
    assert len({BRANCHED, Architecture(list(LAYERS), list(EDGES), "cnn")}) == 1
    BRANCHED.canonical_hash()
    for copy in (pickle.loads(pickle.dumps(BRANCHED)), deepcopy(BRANCHED)):
        assert copy == BRANCHED
        assert hash(copy) == hash(BRANCHED)
        assert copy.canonical_hash() == BRANCHED.canonical_hash()


def test_repr_is_a_short_line() -> None:
    assert repr(BRANCHED) == "<Architecture 'cnn': 7 layers, 7 edges>"
    assert repr([BRANCHED]) == f"[{BRANCHED!r}]"
    kind = "long\n" * 1000
    space = CellSpace(kind=kind, operations=[Operation("skip")], max_vertices=20)
    network = space.network_of_vertices(["skip"] * 18, [(k, k + 1) for k in range(19)])
    assert "\n" not in repr(network)
    assert len(repr(network)) < 100


def test_messages_show_the_whole_repr() -> None:
    with pytest.raises(ArchitectureError, match=re.escape(f"got {BRANCHED!r}.")):
        Architecture.chain(BRANCHED, kind="cnn")


def test_text() -> None:
    # Masses by hand: 16, 16 * 16, 16, 0.1 * 32 * 32; a tenth of their sum is less than 100.
    assert str(BRANCHED).splitlines() == [
        "cnn architecture: 7 layers, 7 edges, mass 690",
        "   0  ip         mass          100",
        "   1  conv3-16   mass           16  <- 0",
        "   2  res5-16/2  mass          256  <- 1",
        "   3  max-pool   mass           16  <- 1",
        "   4  fc-32      mass          102  <- 2, 3",
        "   5  softmax    mass          100  <- 4",
        "   6  op         mass          100  <- 5",
    ]


def test_small_masses_keep_their_digits() -> None:
    space = CellSpace(kind="test-text", operations=[Operation("skip", mass=0.25)])
    network = space.network_of_vertices(["skip"], [(0, 1), (1, 2)])
    assert str(network).splitlines()[:3] == [
        "test-text architecture: 3 layers, 2 edges, mass 0.45",
        "   0  ip    mass          0.1",
        "   1  skip  mass         0.25  <- 0",
    ]


def test_text_of_all_golden_networks(architectures) -> None:
    for kind in ("cnn", "mlp-reg", "mlp-class"):
        for architecture in architectures(kind).values():
            head, *lines = str(architecture).splitlines()
            assert head.startswith(f"{kind} architecture: {len(architecture.layers)} layers, ")
            assert len(lines) == len(architecture.layers)
            for line, layer, parents in zip(
                lines, architecture.layers, architecture.parents, strict=True
            ):
                assert line.split()[1] == str(layer)
                assert line.partition(" <- ")[2] == ", ".join(map(str, parents))
