from __future__ import annotations

from collections import Counter
from itertools import pairwise
from itertools import permutations

import networkx as nx
import numpy as np
import pytest

from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.image_size import inverse_image_sizes
from optuna_nasbot.edits.path_edits import DUP_PATH
from optuna_nasbot.edits.path_edits import SKIP_PATH
from optuna_nasbot.edits.path_edits import dup_path
from optuna_nasbot.edits.path_edits import skip_path

KINDS = ("cnn", "mlp-reg", "mlp-class")


def contains(child: Architecture, parent: Architecture) -> bool:
    """Whether the parent is still there: its layers, and all of its edges between them."""
    graphs = []
    for network in (child, parent):
        graph = nx.DiGraph(network.edges)
        nx.set_node_attributes(graph, dict(enumerate(network.layers)), "layer")
        graphs.append(graph)
    matcher = nx.algorithms.isomorphism.DiGraphMatcher(
        *graphs, node_match=lambda one, other: one["layer"] == other["layer"]
    )
    return matcher.subgraph_is_monomorphic()


def chain(kind: str, *hidden: Layer) -> Architecture:
    decision = "linear" if kind == "mlp-reg" else "softmax"
    layers = (Layer("ip"), *hidden, Layer(decision), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), kind)


# --- dup_path


@pytest.mark.parametrize("kind", KINDS)
def test_paths_are_paths_and_no_more_than_two_a_layer(architectures, kind: str) -> None:
    rng = np.random.default_rng(0)
    for architecture in architectures(kind).values():
        paths = DUP_PATH.sites(architecture, rng)
        assert 1 <= len(paths) <= 2 * len(architecture.layers)
        assert len(set(paths)) == len(paths)
        for path in paths:
            assert len(path) >= 3
            assert set(pairwise(path)) <= set(architecture.edges)


def test_paths_of_all_branches_are_found() -> None:
    layers = [Layer("relu", 8), Layer("tanh", 8), Layer("elu", 8), Layer("relu", 9)]
    architecture = Architecture(
        (Layer("ip"), *layers, Layer("linear"), Layer("op")),
        ((0, 1), (1, 2), (1, 3), (1, 4), (2, 4), (2, 5), (3, 5), (4, 5), (5, 6)),
        "mlp-reg",
    )
    graph = nx.DiGraph(architecture.edges)
    paths = [
        tuple(path)
        for ends in permutations(graph, 2)
        for path in nx.all_simple_paths(graph, *ends)
    ]
    found = {
        path
        for seed in range(100)
        for path in DUP_PATH.sites(architecture, np.random.default_rng(seed))
    }
    assert found == {path for path in paths if len(path) > 2}


def test_a_path_goes_on_with_a_probability_of_85_percent() -> None:
    architecture = chain("mlp-reg", *[Layer("relu", 8)] * 200)
    lengths = [
        len(path)
        for seed in range(5)
        for path in DUP_PATH.sites(architecture, np.random.default_rng(seed))
    ]
    for length in (3, 4):
        longer = sum(each >= length for each in lengths)
        assert lengths.count(length) / longer == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_dup_adds_as_many_layers_as_it_copies(architectures, kind: str) -> None:
    rng = np.random.default_rng(1)
    for architecture in architectures(kind).values():
        paths = DUP_PATH.sites(architecture, rng)
        for pick in rng.permutation(len(paths))[:5]:
            path = paths[pick]
            child = dup_path(architecture, path, rng)
            if child is None:  # two decision layers and nothing else are no network
                assert not any(layer.units for layer in architecture.layers)
                continue
            copied = Counter(child.layers) - Counter(architecture.layers)
            n_copied = len(child.layers) - len(architecture.layers)
            assert copied.total() == n_copied >= 1
            assert copied <= Counter(architecture.layers[index] for index in path[1:-1])
            assert len(child.edges) == len(architecture.edges) + n_copied + 1


def test_dup_keeps_the_network_that_was_there(architectures) -> None:
    rng = np.random.default_rng(2)
    for kind in KINDS:
        for id_ in (f"{kind}-init-00", f"{kind}-init-03"):
            architecture = architectures(kind)[id_]
            path = DUP_PATH.sites(architecture, rng)[0]
            assert contains(dup_path(architecture, path, rng), architecture)


def copies(architecture: Architecture, path: tuple[int, ...]) -> set[tuple[str, ...]]:
    """What a path can become, as the labels of the copied layers in their order."""
    found = set()
    for seed in range(200):
        child = dup_path(architecture, path, np.random.default_rng(seed))
        graph = nx.DiGraph(child.edges)
        extra = Counter(child.layers) - Counter(architecture.layers)
        order = [index for index in nx.topological_sort(graph) if child.layers[index] in extra]
        found.add(tuple(dict.fromkeys(child.layers[index].label for index in order)))
    return found


def test_what_a_copy_may_leave_out_in_an_mlp() -> None:
    hidden = (Layer("relu", 8), Layer("tanh", 9), Layer("elu", 10))
    architecture = chain("mlp-reg", *hidden)
    anything = {("relu",), ("tanh",), ("relu", "tanh")}
    assert copies(architecture, (0, 1, 2, 3)) == anything
    # The decision layer stays, the others are free.
    assert copies(architecture, (2, 3, 4, 5)) == {("linear",), ("elu", "linear")}


def test_what_a_copy_may_leave_out_in_a_cnn() -> None:
    architecture = chain(
        "cnn",
        Layer("conv3", 8, 1),
        Layer("conv5", 9, 1),
        Layer("conv7", 10, 2),
        Layer("max-pool"),
        Layer("res3", 11, 1),
        Layer("fc", 12),
        Layer("fc", 13),
    )
    # The first layer after the input stays,
    assert copies(architecture, (0, 1, 2, 3)) == {("conv3",), ("conv3", "conv5")}
    # and whatever halves the image,
    assert copies(architecture, (1, 2, 3, 4, 5, 6)) == {
        (*first, "conv7", "max-pool", *last)
        for first in ((), ("conv5",))
        for last in ((), ("res3",))
    }
    # and the first layer that flattens it, but not the second one,
    units = {
        tuple(sorted(layer.units for layer in child.layers if layer.label == "fc"))
        for child in (
            dup_path(architecture, (5, 6, 7, 8), np.random.default_rng(seed)) for seed in range(50)
        )
    }
    assert units == {(12, 12, 13), (12, 12, 13, 13)}
    # and a dense layer after a dense layer may go, but one layer has to stay.
    assert copies(architecture, (6, 7, 8)) == {("fc",)}


# --- skip_path


@pytest.mark.parametrize("kind", KINDS)
def test_skip_adds_an_edge_or_a_chain_of_pools(architectures, kind: str) -> None:
    rng = np.random.default_rng(3)
    for architecture in architectures(kind).values():
        pairs = SKIP_PATH.sites(architecture, rng)
        assert len(pairs) <= len(architecture.layers)
        assert len(set(pairs)) == len(pairs)
        before, after = (
            inverse_image_sizes(architecture.layers, architecture.parents, architecture.operations)
            if kind == "cnn"
            else (None, None)
        )
        for start, end in pairs:
            assert start < end < len(architecture.layers) - 1
            assert (start, end) not in architecture.edges
            child = skip_path(architecture, (start, end), rng)
            if child is None:  # a pool would follow the input, or the input a decision layer
                assert kind == "cnn"
                assert start == 0
                continue
            added = Counter(child.layers) - Counter(architecture.layers)
            n_added = len(child.layers) - len(architecture.layers)
            assert len(child.edges) == len(architecture.edges) + n_added + 1
            assert set(added) <= {Layer("avg-pool")}
            if kind == "cnn" and after[start] is not None:
                assert after[start] * 2**n_added == before[end]
            else:
                assert n_added == 0


def test_skip_keeps_the_network_that_was_there(architectures) -> None:
    rng = np.random.default_rng(4)
    for kind in KINDS:
        architecture = architectures(kind)[f"{kind}-init-03"]
        for pair in SKIP_PATH.sites(architecture, rng)[-5:]:
            assert contains(skip_path(architecture, pair, rng), architecture)


def test_all_pairs_that_skip_can_join_in_an_mlp() -> None:
    architecture = chain("mlp-reg", Layer("relu", 8), Layer("tanh", 9), Layer("elu", 10))
    found = {
        pair
        for seed in range(20)
        for pair in SKIP_PATH.sites(architecture, np.random.default_rng(seed))
    }
    # Anything to a later layer but `op`, the decision layer too, if it isn't a child already.
    assert found == {(0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4)}


def test_images_never_grow_and_flat_layers_stay_among_themselves() -> None:
    architecture = chain(
        "cnn",
        Layer("conv3", 8, 1),
        Layer("conv5", 9, 1),
        Layer("max-pool"),
        Layer("conv7", 10, 2),
        Layer("fc", 12),
        Layer("fc", 13),
    )
    pairs = {
        pair
        for seed in range(20)
        for pair in SKIP_PATH.sites(architecture, np.random.default_rng(seed))
    }
    image_targets = {(0, 2), (0, 3), (1, 3), (1, 4), (2, 4), (1, 5), (2, 5), (3, 5)}
    assert pairs == image_targets | {(5, 7)}
    child = skip_path(architecture, (1, 5), np.random.default_rng(0))
    assert Counter(child.layers) - Counter(architecture.layers) == {Layer("avg-pool"): 2}


def test_of_labels_of_one_s_own_the_last_that_only_halves_is_the_pool() -> None:
    operations = [
        Operation("conv", strides=(1, 2)),
        *(Operation(label, has_units=False, image="halve") for label in ("p", "q", "r")),
        Operation("shrink", image="halve"),
        Operation("shift", has_units=False),
    ]
    GraphSpace(kind="test-skip-pools", operations=operations, image_size=16)
    architecture = Architecture.chain("conv-8", "conv-8/2", "conv-9", kind="test-skip-pools")
    rng = np.random.default_rng(0)
    assert (1, 3) in SKIP_PATH.sites(architecture, rng)
    child = skip_path(architecture, (1, 3), rng)
    assert Counter(child.layers) - Counter(architecture.layers) == {Layer("r"): 1}


def test_a_full_network_has_no_pair_left() -> None:
    layers = (Layer("ip"), Layer("relu", 8), Layer("linear"), Layer("op"))
    full = Architecture(layers, ((0, 1), (0, 2), (1, 2), (2, 3)), "mlp-reg")
    assert SKIP_PATH.sites(full, np.random.default_rng(0)) == []
