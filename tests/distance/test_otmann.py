from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.kinds import cnn_operations
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance import otmann_distance

KINDS = ("cnn", "mlp-reg", "mlp-class")
MLP = OTMANN.for_kind("mlp-reg")


class Golden(NamedTuple):
    otmann: OTMANN
    networks: list[Architecture]
    i: np.ndarray
    j: np.ndarray
    lp: np.ndarray
    emd: np.ndarray
    d: np.ndarray
    d_bar: np.ndarray


@pytest.fixture(scope="module")
def golden_distances(golden):
    @cache
    def of_kind(kind: str) -> Golden:
        expected = golden(f"distances_{kind}")
        documents = {network["id"]: network for network in golden(f"networks_{kind}")["networks"]}
        networks = [
            Architecture.from_dict(
                {key: documents[id_][key] for key in ("kind", "layers", "edges")}
            )
            for id_ in expected["ids"]
        ]
        pairs = np.array(expected["pairs"])
        i, j = pairs[:, :2].T.astype(int)
        otmann = OTMANN(
            operations_of(kind),
            expected["struct_coeffs"],
            expected["mislabel_coeff"],
            expected["non_assignment_penalty"],
        )
        lp, emd = pairs[:, 2:6].T, pairs[:, 6:10].T
        return Golden(otmann, networks, i, j, lp, emd, *otmann.pairwise(networks))

    return of_kind


@pytest.mark.parametrize("kind", KINDS)
def test_golden_distances(kind, golden_distances):
    g = golden_distances(kind)
    assert len(g.i) == len(g.networks) * (len(g.networks) + 1) // 2
    np.testing.assert_allclose(g.d[:, g.i, g.j], g.lp, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(g.d_bar[:, g.i, g.j], g.emd, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_golden_distances_of_two_sequences(kind, golden_distances):
    g = golden_distances(kind)
    few, all_ = g.networks[::9], g.networks
    for a, b, expected in ((few, all_, g.d[:, ::9]), (all_, few, g.d[:, :, ::9])):
        d, d_bar = g.otmann.pairwise(a, b)
        np.testing.assert_allclose(d, expected, rtol=1e-11, atol=1e-9)
        sums = np.add.outer([total_mass(n) for n in a], [total_mass(n) for n in b])
        np.testing.assert_allclose(d_bar * sums, expected, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_all_pairs_are_symmetric_and_zero_on_the_diagonal(kind, golden_distances):
    g = golden_distances(kind)
    for distances in (g.d, g.d_bar):
        np.testing.assert_array_equal(distances, distances.transpose(0, 2, 1))
        np.testing.assert_array_equal(np.diagonal(distances, axis1=1, axis2=2), 0.0)
        assert (distances >= 0.0).all()
    assert (g.d_bar <= 1.0 + 1e-11).all()


@pytest.mark.parametrize("kind", KINDS)
def test_distances_grow_with_the_structural_coefficient(kind, golden_distances):
    g = golden_distances(kind)
    assert (np.diff(g.d, axis=0) >= -1e-11 * g.d[-1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_golden_triangles(kind, golden_distances):
    for d in golden_distances(kind).d:
        detours = d[:, :, None] + d[None, :, :]  # i to j to k
        assert (d[:, None, :] <= detours * (1 + 1e-11) + 1e-9).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_pair(kind, golden_distances):
    g = golden_distances(kind)
    d, d_bar = otmann_distance(g.networks[3], g.networks[-1])
    assert d.shape == d_bar.shape == (4,)
    np.testing.assert_allclose(d, g.d[:, 3, -1], rtol=1e-11)
    np.testing.assert_allclose(d_bar, g.d_bar[:, 3, -1], rtol=1e-11)


def test_coefficients_of_a_single_pair(golden_distances):
    networks = golden_distances("mlp-class").networks
    a, b = networks[10], networks[20]
    d, d_bar = OTMANN(operations_of("mlp-class"), [0.3], 2.0, 0.5).pairwise([a], [b])
    single_d, single_d_bar = otmann_distance(a, b, [0.3], 2.0, 0.5)
    np.testing.assert_array_equal(single_d, d[:, 0, 0])
    np.testing.assert_array_equal(single_d_bar, d_bar[:, 0, 0])


def test_larger_operation_set_gives_the_same_distances(golden_distances):
    g = golden_distances("cnn")
    d, _ = OTMANN(cnn_operations(9)).pairwise(g.networks[:12])
    np.testing.assert_allclose(d, g.d[:, :12, :12], rtol=1e-11, atol=1e-9)


ACTIVATIONS = ("relu", "elu", "softplus", "tanh", "logistic")


@st.composite
def mlps(draw: st.DrawFn) -> Architecture:
    """Random perceptrons: chains and graphs with several paths."""
    n = draw(st.integers(1, 8))
    activations, widths = st.sampled_from(ACTIVATIONS), st.sampled_from([1, 8, 64, 1000])
    hidden = [Layer(draw(activations), draw(widths)) for _ in range(n)]
    edges = set()
    for layer in range(1, n + 1):
        parents = draw(st.sets(st.integers(0, layer - 1), min_size=1, max_size=3))
        edges |= {(parent, layer) for parent in parents}
    inner = {start for start, _ in edges}
    edges |= {(layer, n + 1) for layer in range(1, n + 1) if layer not in inner}
    edges.add((n + 1, n + 2))
    return Architecture(
        (Layer("ip"), *hidden, Layer("linear"), Layer("op")), tuple(edges), "mlp-reg"
    )


def renumbered(architecture: Architecture, rng: np.random.Generator) -> Architecture:
    place = rng.permutation(len(architecture.layers))
    layers = [architecture.layers[old] for old in np.argsort(place)]
    edges = tuple((int(place[i]), int(place[j])) for i, j in architecture.edges)
    return Architecture(tuple(layers), edges, architecture.kind)


@given(mlps(), st.integers(0, 99))
def test_numbering_of_layers_does_not_matter(network, seed):
    again = renumbered(network, np.random.default_rng(seed))
    d, d_bar = OTMANN.for_kind("mlp-reg").pairwise([network, again])
    np.testing.assert_array_equal(d, 0.0)
    np.testing.assert_array_equal(d_bar, 0.0)


@given(mlps(), mlps(), st.integers(0, 99))
def test_numbering_of_layers_does_not_matter_to_others(network, other, seed):
    again = renumbered(network, np.random.default_rng(seed))
    d, _ = otmann_distance(network, other)
    np.testing.assert_allclose(otmann_distance(again, other)[0], d, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_golden_networks_with_other_numbering(kind, golden_distances):
    g = golden_distances(kind)
    rng = np.random.default_rng(1)
    chosen = g.networks[::7]
    d, _ = OTMANN.for_kind(kind).pairwise([renumbered(network, rng) for network in chosen])
    np.testing.assert_allclose(d, g.d[:, ::7, ::7], rtol=1e-11, atol=1e-9)
    d, _ = g.otmann.pairwise([renumbered(network, rng) for network in chosen], chosen)
    np.testing.assert_array_equal(np.diagonal(d, axis1=1, axis2=2), 0.0)


@given(mlps(), mlps(), mlps())
def test_symmetry_and_triangles(a, b, c):
    d, d_bar = MLP.pairwise([a, b, c], [a, b, c])
    np.testing.assert_allclose(d, d.transpose(0, 2, 1), rtol=1e-12, atol=1e-9)
    np.testing.assert_array_equal(np.diagonal(d, axis1=1, axis2=2), 0.0)
    assert (d >= 0.0).all()
    assert (d_bar <= 1.0 + 1e-12).all()
    assert (d[:, 0, 2] <= (d[:, 0, 1] + d[:, 1, 2]) * (1 + 1e-12) + 1e-9).all()


@given(mlps(), mlps(), st.sampled_from([0.01, 0.5, 3.0]))
@settings(max_examples=50)
def test_all_costs_scale(a, b, factor):
    # The mislabel costs of activations scale with the penalty by themselves.
    d, d_bar = otmann_distance(a, b, (0.1, 1.5))
    scaled, scaled_bar = otmann_distance(a, b, (0.1 * factor, 1.5 * factor), 1.0, factor)
    np.testing.assert_allclose(scaled, factor * d, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(scaled_bar, factor * d_bar, rtol=1e-10, atol=1e-13)
    assert (scaled_bar <= factor * (1 + 1e-12)).all()


def test_layers_of_one_operation_split_in_parallel_are_at_distance_zero():
    ends = (Layer("linear"), Layer("op"))
    one = Architecture(
        (Layer("ip"), Layer("relu", 16), *ends), ((0, 1), (1, 2), (2, 3)), "mlp-reg"
    )
    halves = (Layer("ip"), Layer("relu", 8), Layer("relu", 8), *ends)
    two = Architecture(halves, ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4)), "mlp-reg")
    assert one.canonical_hash() != two.canonical_hash()
    np.testing.assert_allclose(otmann_distance(one, two)[0], 0.0, atol=1e-9)


def test_empty_sequences(golden_distances):
    networks = golden_distances("mlp-reg").networks[:3]
    for a, b, shape in (
        ([], None, (4, 0, 0)),
        ([], networks, (4, 0, 3)),
        (networks, [], (4, 3, 0)),
    ):
        d, d_bar = MLP.pairwise(a, b)
        assert d.shape == d_bar.shape == shape


def test_for_space_takes_the_operations_of_the_space():
    operations = cnn_operations(9)
    assert OTMANN.for_space(SimpleNamespace(operation_set=operations)) == OTMANN(operations)


@pytest.mark.parametrize("copied", [lambda o: pickle.loads(pickle.dumps(o)), copy.deepcopy])
def test_copies_are_equal_and_work(copied, golden_distances):
    networks = golden_distances("cnn").networks[:5]
    otmann = OTMANN(operations_of("cnn"), (0.3, 0.5), 2.0, 0.7)
    d, _ = otmann.pairwise(networks)
    again = copied(otmann)
    assert again == otmann
    assert hash(again) == hash(otmann)
    np.testing.assert_array_equal(again.pairwise(networks)[0], d)


def test_threads_share_an_object(golden_distances):
    g = golden_distances("cnn")
    otmann = OTMANN.for_kind("cnn")
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda n: otmann.pairwise([n], g.networks[:20])[0], g.networks[:20]))
    found = np.concatenate(rows, axis=1)
    np.testing.assert_allclose(found, g.d[:, :20, :20], rtol=1e-12, atol=1e-9)
