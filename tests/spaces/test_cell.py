"""The space of cells."""

from __future__ import annotations

import pickle
import zlib
from typing import Any

import numpy as np
import optuna
import pytest
import torch

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import Layer
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import layer_masses

OPERATIONS = [
    Operation("skip", mass=0.3),
    Operation("conv1", "conv", mass=1.0),
    Operation("conv3", "conv", mass=2.0),
    Operation("pool", "pool", mass=0.5),
]
VERTICES = CellSpace(
    kind="test-cell-vertices",
    operations=OPERATIONS[1:],
    max_edges=9,
    mislabel={("conv1", "conv3"): 0.2},
)
EDGES = CellSpace(
    kind="test-cell-edges",
    operations=OPERATIONS,
    operations_on="edges",
    max_vertices=4,
    skip="skip",
)
SPACES = pytest.mark.parametrize("space", [VERTICES, EDGES], ids=["vertices", "edges"])


def vertices(**arguments) -> CellSpace:
    return CellSpace(**{"kind": "test-cell-other", "operations": OPERATIONS, **arguments})


@SPACES
def test_random_cells_are_of_the_space_and_differ(space):
    rng = np.random.default_rng(1)
    cells = [space.random(rng) for _ in range(200)]
    assert all(cell in space for cell in cells)
    assert len({cell.canonical_hash() for cell in cells}) > 120
    assert {layer.label for cell in cells for layer in cell.layers} == {
        "ip",
        "op",
        *space.labels,
    }


@SPACES
def test_pool_is_the_same_for_equal_spaces(space):
    again = pickle.loads(pickle.dumps(space))
    assert again == space
    assert hash(again) == hash(space)
    assert again.initial_pool == space.initial_pool
    assert len(space.initial_pool) > 60
    assert all(cell in space for cell in space.initial_pool)


@SPACES
def test_edits_are_of_cells_and_go_with_a_pickled_space(space):
    assert "add_vertex" in [edit.name for edit in space.edits]
    again = pickle.loads(pickle.dumps(space))
    rng = np.random.default_rng(0)
    cell = space.initial_pool[0]
    for edit, same in zip(space.edits, again.edits, strict=True):
        sites = edit.sites(cell, rng)
        assert same.sites(cell, rng) == sites
        assert same.apply(cell, sites[0], rng) == edit.apply(cell, sites[0], rng)


def test_nas_bench_201_has_4929_functions():
    """Of 15,625 cells; the benchmark's paper counts 6,466 texts, some of the same function."""
    pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
    choices = (None, *EDGES.labels)
    networks = (
        EDGES.network_of_edges(
            {pair: choices[k] for pair, k in zip(pairs, chosen, strict=True) if k}
        )
        for chosen in np.ndindex((5,) * 6)
    )
    hashes = {network.canonical_hash() for network in networks if network is not None}
    assert len(hashes) == 4929


def test_cells_of_equal_function_have_equal_networks():
    one = EDGES.network_of_edges({(0, 1): "skip", (1, 2): "skip", (2, 3): "conv3"})
    other = EDGES.network_of_edges({(0, 3): "conv3", (0, 2): "pool"})
    assert one is not None
    assert other is not None
    assert one.canonical_hash() == other.canonical_hash()
    assert EDGES.edges_of_network(one) == {(0, 3): "conv3"}


def test_large_spaces_tell_cells_apart_by_their_graphs():
    large = vertices(kind="test-cell-large", operations_on="edges", max_vertices=5, skip="skip")
    one = large.network_of_edges({(0, 1): "skip", (1, 4): "conv3"})
    other = large.network_of_edges({(0, 3): "skip", (3, 4): "conv3"})
    direct = large.network_of_edges({(0, 4): "conv3"})
    assert one is not None
    assert one.canonical_hash() == other.canonical_hash() != direct.canonical_hash()


def test_masses_are_those_of_the_operations():
    network = EDGES.network_of_edges({(0, 1): "conv3", (1, 3): "pool"})
    assert layer_masses(network) == pytest.approx([0.25, 2.0, 0.5, 0.25])
    plain = vertices(kind="test-cell-plain", operations=[Operation("a")])
    assert layer_masses(plain.network_of_vertices(["a"], [(0, 1), (1, 2)])) == (0.1, 1.0, 0.1)


def test_distance_of_one_operation_replaced():
    one = VERTICES.network_of_vertices(["conv1"], [(0, 1), (1, 2)])
    other = VERTICES.network_of_vertices(["conv3"], [(0, 1), (1, 2)])
    d, _ = OTMANN.for_space(VERTICES).pairwise([one], [other])
    # One unit of mass is matched at 0.2, and one of conv3 and 0.1 of each end stay unmatched.
    assert d[:, 0, 0] == pytest.approx(0.2 + 1.0 + 0.1 + 0.1)


def test_limits():
    chain = VERTICES.network_of_vertices(["conv1"] * 6, [(i, i + 1) for i in range(7)])
    assert chain not in VERTICES
    with pytest.raises(ArchitectureError, match="max_vertices=7, but the network has 8"):
        VERTICES.check(chain)
    dense = VERTICES.network_of_vertices(
        ["conv1"] * 4, [(i, j) for i in range(6) for j in range(i + 1, 6)]
    )
    with pytest.raises(ArchitectureError, match="max_edges=9, but the network has 15"):
        VERTICES.check(dense)


def test_graphs_that_no_cell_has_are_not_of_the_space():
    layers = (Layer("ip"), Layer("conv1"), Layer("conv3"), Layer("op"))
    skipping = Architecture(layers, ((0, 1), (0, 2), (1, 2), (2, 3)), EDGES.kind)
    parallel = Architecture(layers, ((0, 1), (0, 2), (1, 3), (2, 3)), EDGES.kind)
    empty = Architecture((layers[0], layers[-1]), ((0, 1),), EDGES.kind)
    for network in (skipping, parallel, empty):
        assert network not in EDGES
        with pytest.raises(ArchitectureError, match="operations_on"):
            EDGES.edges_of_network(network)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"operations_on": "nodes"}, ValueError, "operations_on"),
        ({"operations": "conv1"}, TypeError, "operations"),
        ({"operations": ["conv1"]}, TypeError, r"operations\[0\]"),
        ({"operations": []}, ValueError, "operations"),
        ({"operations": [*OPERATIONS, OPERATIONS[0]]}, ValueError, "'skip' again"),
        ({"skip": "none"}, ValueError, "skip: expected one of"),
        ({"skip": "conv1"}, ValueError, "skip: expected None with operations on vertices"),
        ({"max_vertices": 1}, ValueError, "max_vertices"),
        ({"max_vertices": 2.5}, TypeError, "max_vertices"),
        ({"max_edges": 0}, ValueError, "max_edges"),
        ({"mislabel": {("conv1", "conv3"): -1.0}}, ValueError, "mislabel"),
        ({"mislabel": {("conv1", "conv9"): 1.0}}, ValueError, "mislabel"),
        ({"kind": "cnn"}, ValueError, "kind"),
        ({"kind": ""}, ValueError, "kind"),
        ({"least_end_mass": -1.0}, ValueError, "least_end_mass"),
    ],
)
def test_wrong_arguments(arguments, error, match):
    with pytest.raises(error, match=match):
        vertices(**arguments)


@pytest.mark.parametrize(("max_vertices", "max_edges"), [(20, 40), (20, 1), (30, 100)])
@pytest.mark.parametrize("operations_on", ["vertices", "edges"])
def test_random_cells_have_fewer_edges_where_few_are_allowed(
    operations_on, max_vertices, max_edges
):
    space = vertices(
        kind=f"test-cell-few-{operations_on}-{max_vertices}-{max_edges}",
        operations_on=operations_on,
        max_vertices=max_vertices,
        max_edges=max_edges,
    )
    rng = np.random.default_rng(0)
    drawn = [space.random(rng) for _ in range(3)]
    assert all(space.violation(network) is None for network in drawn)
    assert max(len(network.layers) for network in drawn) > min(max_edges, 5)


@pytest.mark.parametrize(
    ("operations_on", "max_vertices"), [("vertices", 12), ("vertices", 24), ("edges", 28)]
)
def test_few_draws_find_a_cell_where_few_edges_are_allowed(
    monkeypatch, operations_on, max_vertices
):
    space = vertices(
        kind=f"test-cell-draws-{operations_on}-{max_vertices}",
        operations_on=operations_on,
        max_vertices=max_vertices,
        max_edges=1,
    )
    space.random(np.random.default_rng(0))  # finds out how rare edges have to be
    monkeypatch.setattr("optuna_nasbot.spaces.cell._MAX_DRAWS", 500)
    for seed in range(50):
        assert space.violation(space.random(np.random.default_rng(seed))) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_function_that_accepts_few_cells_is_not_given_smaller_ones(seed):
    def accepts(cell):
        digest = zlib.crc32(f"{seed}{cell.canonical_hash()}".encode())
        return len(cell.edges) == 9 and digest % 60 == 0

    space = vertices(kind=f"test-cell-rare-{seed}", max_edges=9, accepts=accepts)
    assert len(space.random(np.random.default_rng(seed)).edges) == 9


def test_a_space_without_a_random_cell_is_noticed(monkeypatch):
    monkeypatch.setattr("optuna_nasbot.spaces.cell._MAX_DRAWS", 100)
    with pytest.raises(RuntimeError, match="max_edges"):
        vertices(kind="test-cell-few", max_vertices=90, max_edges=1).random(
            np.random.default_rng(0)
        )


def test_each_way_of_writing_a_cell_belongs_to_its_spaces():
    with pytest.raises(ValueError, match="operations on edges"):
        EDGES.network_of_vertices(["conv1"], [(0, 1), (1, 2)])
    with pytest.raises(ValueError, match="operations on vertices"):
        VERTICES.network_of_edges({(0, 1): "conv1"})
    with pytest.raises(ValueError, match="operations on vertices"):
        VERTICES.edges_of_network(VERTICES.initial_pool[0])


@pytest.mark.parametrize(
    "labels",
    [
        {(0, 4): "conv1"},
        {(0, 3): "conv5"},
        {(0, 1, 3): "conv1"},
        {3: "conv1"},
        {("0", "3"): "conv1"},
        {(False, 3): "conv1"},
        {(0, 3.0): "conv1"},
        {b"\x00\x03": "conv1"},
        {(0, 3): ["conv1"]},
        [(0, 3)],
    ],
)
def test_unknown_edges_are_refused(labels: Any) -> None:
    with pytest.raises(ArchitectureError, match=r"^labels: expected .*, got "):
        EDGES.network_of_edges(labels)


def test_cells_are_no_whole_networks():
    with pytest.raises(ArchitectureError, match="cells"):
        build_module(VERTICES.initial_pool[0], in_features=3, out_features=1)
    with pytest.raises(ArchitectureError, match="cells"):
        build_module(VERTICES.initial_pool[0], in_channels=3, out_features=1)


@SPACES
@pytest.mark.parametrize("sampler", [NASBOTSampler(seed=0), EvolutionSampler(seed=0)])
def test_searches_never_repeat_a_cell(space, sampler):
    study = optuna.create_study(sampler=sampler, direction="maximize")
    seen = []

    def objective(trial: optuna.Trial) -> float:
        cell = suggest_architecture(trial, "cell", space)
        seen.append(cell.canonical_hash())
        labels = [layer.label for layer in cell.layers]
        return labels.count("conv3") - 0.1 * len(cell.edges)

    study.optimize(objective, n_trials=30)
    assert len(set(seen)) == 30
    assert study.best_value > np.mean([trial.value for trial in study.trials[:10]])


@pytest.mark.parametrize(
    ("labels", "edges", "message"),
    [
        (
            ["conv1", "conv9"],
            [(0, 1), (1, 3)],
            "labels: expected .* conv1, .* got 'conv9'",
        ),
        (["conv1"], [(0, 1), (1, 2), (1, 7)], r"edges: expected pairs .* to 2, got \(1, 7\)"),
        (["conv1"], [(0, 1), (1, -1)], r"edges: expected pairs .* to 2, got \(1, -1\)"),
        (3, [], "labels: expected a sequence of operations, got 3"),
        (["conv1"], 3, r"edges: expected pairs of vertices \(i, j\), got 3"),
        (["conv1"], [1], "edges: expected pairs .* to 2, got 1"),
        (["conv1"], [(0, 1, 2)], r"edges: expected pairs .* to 2, got \(0, 1, 2\)"),
    ],
)
def test_unknown_vertices_are_refused(labels: Any, edges: Any, message: str) -> None:
    with pytest.raises(ArchitectureError, match=f"^{message}"):
        VERTICES.network_of_vertices(labels, edges)


def test_edges_may_be_rows_of_an_array() -> None:
    adjacency = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]])
    plain = VERTICES.network_of_vertices(["conv1"], [(0, 1), (0, 2), (1, 2)])
    for edges in (
        np.argwhere(adjacency),
        list(np.argwhere(adjacency)),
        torch.tensor(adjacency).nonzero(),
        set(zip(*np.nonzero(adjacency), strict=True)),
    ):
        network = VERTICES.network_of_vertices(np.array(["conv1"]), edges)
        assert repr(network) == repr(plain)


@pytest.mark.parametrize("edges", [np.eye(3), np.array([(0, 1), (1, 2)], float), np.array([1, 2])])
def test_other_arrays_are_no_edges(edges: Any) -> None:
    with pytest.raises(ArchitectureError, match=r"^edges: expected pairs of vertices from 0 to 2"):
        VERTICES.network_of_vertices(["conv1"], edges)


def test_edges_with_operations_may_be_whole_numbers_of_numpy() -> None:
    plain = EDGES.network_of_edges({(0, 1): "conv1", (1, 3): "conv3"})
    edges = np.array([(0, 1), (1, 3)])
    labels = np.array(["conv1", "conv3"])
    network = EDGES.network_of_edges(dict(zip(map(tuple, edges), labels, strict=True)))
    assert repr(network) == repr(plain)
