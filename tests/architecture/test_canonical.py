"""The canonical hash is equal exactly for isomorphic networks; networkx is the judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from itertools import pairwise
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networkx.algorithms.isomorphism import categorical_node_match

import optuna_nasbot
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import canonical

KINDS = ("cnn", "mlp-reg", "mlp-class")
RELU = Layer("relu", 8)


def as_networkx(architecture: Architecture) -> nx.DiGraph:
    graph = nx.DiGraph(architecture.edges)
    for index, layer in enumerate(architecture.layers):
        graph.add_node(index, layer=layer)
    return graph


def isomorphic(one: Architecture, other: Architecture) -> bool:
    return nx.is_isomorphic(
        as_networkx(one), as_networkx(other), node_match=categorical_node_match("layer", None)
    )


def renumbered(architecture: Architecture, order: Sequence[int]) -> Architecture:
    """The same network with its layers given in another order."""
    position = {old: new for new, old in enumerate(order)}
    return Architecture(
        layers=tuple(architecture.layers[old] for old in order),
        edges=tuple((position[i], position[j]) for i, j in reversed(architecture.edges)),
        kind=architecture.kind,
    )


def closed(hidden: Sequence[Layer], edges: Sequence[tuple[int, int]]) -> Architecture:
    """An MLP of hidden layers: those without a parent follow `ip`, those without a child end."""
    n = len(hidden)
    starts, ends = {i for i, _ in edges}, {j for _, j in edges}
    down = [(0, i + 1) for i in range(n) if i not in ends]
    up = [(i + 1, n + 1) for i in range(n) if i not in starts]
    inner = [(i + 1, j + 1) for i, j in edges]
    layers = (Layer("ip"), *hidden, Layer("linear"), Layer("op"))
    return Architecture(layers, (*down, *inner, *up, (n + 1, n + 2)), "mlp-reg")


def cycles(*lengths: int) -> Architecture:
    """Two rows of equal layers, connected in undirected cycles: every layer looks the same.

    A cycle of length 2 m has m layers in each row, layer i of the upper row feeding the layers i
    and i + 1 (mod m) of the lower row.
    """
    n = sum(lengths) // 2
    edges, offset = [], 0
    for length in lengths:
        m = length // 2
        for i in range(m):
            edges += [(offset + i, n + offset + i), (offset + i, n + offset + (i + 1) % m)]
        offset += m
    return closed([RELU] * n + [Layer("tanh", 8)] * n, edges)


def branches(count: int, branch: Sequence[Layer]) -> Architecture:
    """Parallel chains that are all alike."""
    m = len(branch)
    edges = [(b * m + k, b * m + k + 1) for b in range(count) for k in range(m - 1)]
    return closed(list(branch) * count, edges)


@pytest.mark.parametrize("kind", KINDS)
def test_renumbering_changes_nothing(architectures, kind: str) -> None:
    rng = np.random.default_rng(0)
    for architecture in architectures(kind).values():
        for _ in range(3):
            other = renumbered(architecture, rng.permutation(len(architecture.layers)))
            assert other.canonical_hash() == architecture.canonical_hash()


@pytest.mark.parametrize("kind", KINDS)
def test_golden_pairs_are_told_apart_as_networkx_does(architectures, kind: str) -> None:
    for one, other in combinations(architectures(kind).values(), 2):
        equal = one.canonical_hash() == other.canonical_hash()
        assert equal == isomorphic(one, other)


def test_all_graphs_of_four_equal_layers() -> None:
    pairs = list(combinations(range(4), 2))
    graphs = [
        closed([RELU] * 4, [pair for bit, pair in enumerate(pairs) if mask >> bit & 1])
        for mask in range(2 ** len(pairs))
    ]
    found = 0
    for one, other in combinations(graphs, 2):
        equal = one.canonical_hash() == other.canonical_hash()
        assert equal == isomorphic(one, other)
        found += equal
    # OEIS A003087 counts 31 unlabelled acyclic graphs of four nodes. All of them can be numbered
    # forwards, and none of them becomes another one when its ends are tied to `ip` and `linear`.
    assert len({graph.canonical_hash() for graph in graphs}) == 31
    assert found > 31


@st.composite
def sparse_networks(draw: st.DrawFn) -> Architecture:
    n = draw(st.integers(2, 7))
    hidden = draw(st.lists(st.sampled_from([RELU, Layer("tanh", 8)]), min_size=n, max_size=n))
    pairs = list(combinations(range(n), 2))
    return closed(hidden, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=10)))


@given(sparse_networks(), sparse_networks())
def test_random_pairs(one: Architecture, other: Architecture) -> None:
    assert (one.canonical_hash() == other.canonical_hash()) == isomorphic(one, other)


@given(sparse_networks(), st.data())
def test_random_renumberings_and_moved_edges(network: Architecture, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(network.layers))))
    again = renumbered(network, order)
    assert again.canonical_hash() == network.canonical_hash()
    n_hidden = len(network.layers) - 3
    inner = [(i - 1, j - 1) for i, j in again.edges if 0 < i and j <= n_hidden]
    if inner:
        moved = closed(again.layers[1:-2], inner[1:])
        equal = moved.canonical_hash() == network.canonical_hash()
        assert equal == isomorphic(moved, network)


LINKS = {
    "equal": lambda i, j, m: i == j,
    "other": lambda i, j, m: i != j,
    "next": lambda i, j, m: (j - i) % m in (0, 1),
    "all": lambda i, j, m: True,
}
"""Ways to link layer i of a row with layer j of the next one; all of m look the same."""


@st.composite
def symmetric_networks(draw: st.DrawFn) -> Architecture:
    """Rows of equal layers that are hard to tell apart, with up to two edges that help."""
    m, n_rows = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    n = m * n_rows
    edges = set()
    for row in range(n_rows - 1):
        linked = LINKS[draw(st.sampled_from(sorted(LINKS)))]
        pairs = [(i, j) for i in range(m) for j in range(m) if linked(i, j, m)]
        edges |= {(row * m + i, (row + 1) * m + j) for i, j in pairs}
    pairs = list(combinations(range(n), 2))
    edges |= set(draw(st.lists(st.sampled_from(pairs), max_size=2)))
    return closed([RELU] * n, sorted(edges))


@given(symmetric_networks(), st.data())
def test_symmetric_networks_renumbered_and_moved(
    network: Architecture, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(network.layers))))
    again = renumbered(network, order)
    assert again.canonical_hash() == network.canonical_hash()
    n_hidden = len(network.layers) - 3
    inner = [(i - 1, j - 1) for i, j in again.edges if 0 < i and j <= n_hidden]
    one, other = (
        closed(again.layers[1:-2], [edge for edge in inner if edge != left_out])
        for left_out in data.draw(st.tuples(st.sampled_from(inner), st.sampled_from(inner)))
    )
    assert (one.canonical_hash() == other.canonical_hash()) == isomorphic(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cycles(8), cycles(4, 4)),
        (cycles(12), cycles(6, 6)),
        (cycles(12), cycles(8, 4)),
        (cycles(6, 6), cycles(8, 4)),
        (cycles(20), cycles(10, 10)),
        (cycles(8, 8, 8), cycles(6, 6, 12)),
    ],
)
def test_networks_that_refinement_alone_cant_tell_apart(
    one: Architecture, other: Architecture
) -> None:
    looks = [
        nx.weisfeiler_lehman_graph_hash(
            as_networkx(network).to_undirected(), node_attr="layer", iterations=20
        )
        for network in (one, other)
    ]
    assert looks[0] == looks[1]
    assert not isomorphic(one, other)
    assert one.canonical_hash() != other.canonical_hash()
    rng = np.random.default_rng(1)
    for network in (one, other):
        again = renumbered(network, rng.permutation(len(network.layers)))
        assert again.canonical_hash() == network.canonical_hash()


@pytest.mark.parametrize(
    "symmetric",
    [
        *(branches(k, [RELU, Layer("tanh", 8)]) for k in (2, 5, 15)),
        *(branches(k, [RELU, RELU, Layer("tanh", 8)]) for k in (2, 5, 15)),
        branches(15, [RELU]),
        cycles(*([4] * 9)),
        cycles(*([6] * 6)),
        cycles(*([6] * 40)),
        cycles(36),
        branches(60, [RELU, Layer("tanh", 8), RELU]),
        closed([RELU] * 24, [(i, 12 + j) for i in range(12) for j in range(12)]),
        closed([RELU] * 24, [(i, 12 + j) for i in range(12) for j in range(12) if i != j]),
    ],
    ids=lambda network: f"{len(network.layers)}-{len(network.edges)}",
)
def test_symmetric_networks_are_fast(symmetric: Architecture) -> None:
    order = np.random.default_rng(2).permutation(len(symmetric.layers))
    again = renumbered(symmetric, order)
    start = time.process_time()
    assert again.canonical_hash() == symmetric.canonical_hash()
    assert time.process_time() - start < 2.0  # without pruning by automorphisms it is hours


def test_one_branch_that_differs_is_seen() -> None:
    alike = branches(15, [RELU, Layer("tanh", 8)])
    for index in range(1, 31):
        wider = tuple(
            replace(layer, units=9) if k == index else layer
            for k, layer in enumerate(alike.layers)
        )
        other = Architecture(wider, alike.edges, alike.kind)
        assert other.canonical_hash() != alike.canonical_hash()


def test_twins_may_change_places_but_not_their_edges() -> None:
    twins = closed([RELU, RELU, Layer("tanh", 8)], [(0, 2), (1, 2)])
    apart = closed([RELU, RELU, Layer("tanh", 8)], [(0, 2)])
    assert twins.canonical_hash() != apart.canonical_hash()
    swapped = closed([RELU, RELU, Layer("tanh", 8)], [(1, 2)])
    assert swapped.canonical_hash() == apart.canonical_hash()


def test_label_units_stride_and_kind_matter() -> None:
    edges = ((0, 1), (1, 2), (2, 3))
    hashes = [
        Architecture(
            (Layer("ip"), layer, Layer(decision), Layer("op")), edges, kind
        ).canonical_hash()
        for kind, decision, layer in (
            ("cnn", "softmax", Layer("conv3", 8, 1)),
            ("cnn", "softmax", Layer("conv3", 8, 2)),
            ("cnn", "softmax", Layer("conv3", 9, 1)),
            ("cnn", "softmax", Layer("conv5", 8, 1)),
            ("mlp-class", "softmax", RELU),
            ("mlp-reg", "linear", RELU),
        )
    ]
    assert len(set(hashes)) == len(hashes)
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in hashes)


def test_direction_matters() -> None:
    fork = closed([RELU] * 3, [(0, 1), (0, 2)])
    join = closed([RELU] * 3, [(0, 2), (1, 2)])
    assert fork.canonical_hash() != join.canonical_hash()


def test_other_processes_agree(architectures) -> None:
    networks = [*architectures("cnn").values(), *architectures("mlp-reg").values(), cycles(6, 6)]
    program = (
        "import json, sys\n"
        "from optuna_nasbot import Architecture\n"
        "documents = json.load(sys.stdin)\n"
        "print(*[Architecture.from_dict(d).canonical_hash() for d in documents])\n"
    )
    package = Path(optuna_nasbot.__file__).parent.parent
    for seed in ("1", "20250"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps([network.to_dict() for network in networks]),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(package)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [network.canonical_hash() for network in networks]


def hard_network(n: int) -> Architecture:
    """The graph of Cai, Fuerer and Immerman (1992) over a random cubic graph of n vertices.

    Two layers stand for each edge, four for each vertex: one for each even choice of its edges.
    """
    base = nx.random_regular_graph(3, n, seed=0)
    pairs = {frozenset(edge): 2 * i for i, edge in enumerate(base.edges)}
    edges, n_layers = [], 2 * len(pairs)
    for vertex in base.nodes:
        near = [pairs[frozenset((vertex, other))] for other in base[vertex]]
        for choice in [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]:
            edges += [(pair + bit, n_layers) for pair, bit in zip(near, choice, strict=True)]
            n_layers += 1
    return closed([RELU] * n_layers, edges)


def test_hard_graphs_are_told_exactly() -> None:
    network = hard_network(20)
    again = renumbered(network, np.random.default_rng(3).permutation(len(network.layers)))
    assert again.canonical_hash() == network.canonical_hash()


def test_search_for_the_order_of_larger_hard_graphs_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    singled_out = []
    single_out = canonical._Graph.singling_out

    def counted(graph: Any, vertex: int) -> Any:
        singled_out.append(vertex)
        return single_out(graph, vertex)

    monkeypatch.setattr(canonical._Graph, "singling_out", counted)
    counts = []
    for n in (16, 20, 24):
        network = hard_network(n)
        size = len(network.layers) + len(network.edges)
        monkeypatch.setattr(canonical, "MAX_WORK", 100 * size)
        assert network.canonical_hash() == replace(network).canonical_hash()
        counts.append(len(singled_out) // 2)
        singled_out.clear()
    assert max(counts) < 250  # what was begun is ended without looking further


def ladder(n: int) -> Architecture:
    """Pairs of equal layers; each combination of neighbouring pairs feeds a layer of its own."""
    layers = [Layer("ip")]
    edges = []
    pairs = []
    for _ in range(n):
        pairs.append((len(layers), len(layers) + 1))
        edges += [(0, index) for index in pairs[-1]]
        layers += [Layer("relu", 8)] * 2
    middle = []
    for pair, next_pair in pairwise(pairs):
        for ends in product(pair, next_pair):
            middle.append(len(layers))
            edges += [(end, len(layers)) for end in ends]
            layers.append(Layer("tanh", 8))
    edges += [(index, len(layers)) for index in middle]
    edges.append((len(layers), len(layers) + 1))
    return Architecture((*layers, Layer("linear"), Layer("op")), tuple(edges), "mlp-reg")


def test_long_ladders_take_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    singled_out = 0
    single_out = canonical._Graph.singling_out

    def counted(graph: Any, vertex: int) -> Any:
        nonlocal singled_out
        singled_out += 1
        return single_out(graph, vertex)

    monkeypatch.setattr(canonical._Graph, "singling_out", counted)
    network = ladder(60)
    monkeypatch.setattr(canonical, "MAX_WORK", 500 * (len(network.layers) + len(network.edges)))
    assert network.canonical_hash()
    assert singled_out < 500 + 2 * 60
