"""The compiled engine against POT on random networks, its way out, and its threads."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from optuna_nasbot.distance import transport
from optuna_nasbot.distance.costs import MAX_COST
from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.features import NetworkFeatures

compiled = pytest.importorskip("optuna_nasbot.distance.compiled_transport", exc_type=ImportError)

COMPONENTS = np.array([0, 0, 0, 0, 1, 1, 2, 3])
WIDTH = 6


class Layers(NamedTuple):
    """A network as it is before layers without mass are dropped."""

    masses: np.ndarray
    labels: np.ndarray
    path_lengths: np.ndarray

    def features(self) -> NetworkFeatures:
        kept = self.masses > 0.0
        labels = self.labels[kept]
        offsets = np.searchsorted(COMPONENTS[labels], np.arange(COMPONENTS[-1] + 2))
        lengths = self.path_lengths[kept]
        return NetworkFeatures(
            self.masses[kept], labels, lengths, offsets, float(self.masses.sum())
        )


def random_layers(rng: np.random.Generator, decades: float, ties: bool) -> Layers:
    """Up to 25 layers, masses over some decades, some of them 0; often equal if there are ties."""
    n = rng.integers(1, 26)
    used = rng.permutation(len(COMPONENTS))[: rng.integers(1, len(COMPONENTS) + 1)]
    labels = np.sort(rng.choice(used, n))
    masses = 10.0 ** rng.uniform(-decades / 2, decades / 2, n)
    lengths = rng.integers(0, 30, (n, WIDTH)) / (10.0 if ties else 7.0)
    if ties:
        masses = 10.0 ** np.round(np.log10(masses))
        lengths = np.round(lengths)
    else:
        lengths += rng.random((n, WIDTH))
    masses[rng.random(n) < 0.1] = 0.0
    masses[rng.integers(n)] = 1.0
    return Layers(masses, labels, lengths)


def random_costs(rng: np.random.Generator, ties: bool) -> MatchingCosts:
    n = len(COMPONENTS)
    mislabel = rng.integers(0, 5, (n, n)) / 4 if ties else rng.random((n, n))
    mislabel = np.triu(mislabel, 1) * 1.5
    mislabel += mislabel.T
    mislabel[0, 2] = mislabel[2, 0] = MAX_COST  # these meet through other labels only
    mislabel[COMPONENTS[:, None] != COMPONENTS] = MAX_COST
    coeffs = rng.permutation([0.1, 0.25, 0.61, 1.5])
    return MatchingCosts(mislabel, tuple(coeffs.tolist()), COMPONENTS)


def by_pot(a: Layers, b: Layers, costs: MatchingCosts) -> np.ndarray:
    """The undivided problem, as the paper states it, over the sum of the masses."""
    structural = cdist(a.path_lengths, b.path_lengths, "cityblock") / WIDTH
    mislabel = costs.mislabel[np.ix_(a.labels, b.labels)]
    total = a.masses.sum() + b.masses.sum()
    supplies = np.append(a.masses, b.masses.sum()) / total
    demands = np.append(b.masses, a.masses.sum()) / total
    values = []
    for coeff in costs.struct_coeffs:
        table = np.pad(mislabel + coeff * structural, (0, 1), constant_values=1.0)
        table[-1, -1] = 0.0
        values.append(ot.emd2(supplies, demands, table))
    return np.array(values)


@given(
    seed=st.integers(0, 2**32 - 1),
    ties=st.booleans(),
    decades=st.sampled_from([0, 2, 8, 16]),
)
@settings(max_examples=300)
def test_agrees_with_pot(seed, ties, decades):
    rng = np.random.default_rng(seed)
    costs = random_costs(rng, ties)
    a, b = random_layers(rng, decades, ties), random_layers(rng, decades, ties)
    rows, columns = [a.features()], [b.features()]
    total = rows[0].total_mass + columns[0].total_mass
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compiled.transport_costs(rows, columns, costs)
    by_other_engine = transport.transport_costs(rows, columns, costs)
    np.testing.assert_allclose(found / total, by_other_engine / total, atol=1e-14)
    np.testing.assert_allclose(found[:, 0, 0] / total, by_pot(a, b, costs), rtol=1e-11, atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), ties=st.booleans(), decades=st.sampled_from([0, 2, 8, 16]))
@settings(max_examples=50)
def test_a_network_is_at_distance_0_from_itself(seed, ties, decades):
    rng = np.random.default_rng(seed)
    network = random_layers(rng, decades, ties).features()
    found = compiled.transport_costs([network], [network], random_costs(rng, ties))
    np.testing.assert_array_equal(found, 0.0)


def networks_and_costs(n: int) -> tuple[list[NetworkFeatures], MatchingCosts]:
    rng = np.random.default_rng(7)
    networks = [random_layers(rng, 2, ties=False).features() for _ in range(n)]
    return networks, random_costs(rng, ties=False)


@pytest.mark.parametrize("masses", [[0.0], [0.0, 0.0, 2.0]])
def test_networks_with_empty_components(masses):
    few = Layers(np.array(masses), np.zeros(len(masses), int), np.ones((len(masses), WIDTH)))
    networks, costs = networks_and_costs(5)
    networks.append(few.features())
    np.testing.assert_allclose(
        compiled.transport_costs(networks, networks, costs),
        transport.transport_costs(networks, networks, costs),
        rtol=1e-13,
        atol=1e-13,
    )


def test_large_networks():
    rng = np.random.default_rng(3)
    costs = random_costs(rng, ties=False)
    networks = []
    for n in (300, 401):
        labels, lengths = np.zeros(n, int), 5.0 * rng.random((n, WIDTH))
        networks.append(Layers(rng.random(n), labels, lengths).features())
    found, expected = (
        module.transport_costs(networks[:1], networks[1:], costs)
        for module in (compiled, transport)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("below_diagonal", [False, True])
def test_a_pair_that_takes_too_long_goes_to_pot(below_diagonal, monkeypatch):
    networks, costs = networks_and_costs(6)
    expected = compiled.transport_costs(networks, networks, costs, below_diagonal)
    calls = []

    def spy(rows, columns, *rest):
        calls.append((len(rows), len(columns)))
        return by_transport(rows, columns, *rest)

    by_transport = transport.transport_costs
    monkeypatch.setattr(transport, "transport_costs", spy)
    monkeypatch.setattr(compiled, "MAX_PIVOTS_PER_LAYER", 0)
    with pytest.warns(RuntimeWarning, match=r"after 0 steps per layer\. POT solves them"):
        found = compiled.transport_costs(networks, networks, costs, below_diagonal)
    assert calls
    assert set(calls) == {(1, 1)}
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_pairs_without_a_pivot_are_never_given_up(monkeypatch):
    networks, costs = networks_and_costs(1)
    far = networks[0].path_lengths + 1e3
    other = NetworkFeatures(
        networks[0].masses, networks[0].labels, far, networks[0].offsets, networks[0].total_mass
    )
    monkeypatch.setattr(compiled, "MAX_PIVOTS_PER_LAYER", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compiled.transport_costs(networks, [other], costs)
    np.testing.assert_allclose(found, 2.0 * other.total_mass, rtol=1e-14)


@pytest.mark.parametrize("below_diagonal", [False, True])
def test_result_does_not_depend_on_the_threads(below_diagonal, monkeypatch):
    networks, costs = networks_and_costs(23)
    results = []
    for n_threads, chunk_size in ((1, 10**6), (1, 10), (2, 10), (5, 1)):
        monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", n_threads)
        monkeypatch.setattr(compiled, "CHUNK_SIZE", chunk_size)
        results.append(compiled.transport_costs(networks, networks, costs, below_diagonal))
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])
    if below_diagonal:
        assert not results[0][:, np.tri(23, k=-1) == 0].any()


def test_all_pairs_of_two_sequences():
    networks, costs = networks_and_costs(9)
    found = compiled.transport_costs(networks[:4], networks[4:], costs)
    expected = transport.transport_costs(networks[:4], networks[4:], costs)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    below = compiled.transport_costs(networks, networks, costs, below_diagonal=True)
    full = compiled.transport_costs(networks, networks, costs)
    np.testing.assert_array_equal(below, full * np.tri(9, k=-1))


def test_no_networks_give_an_empty_result():
    networks, costs = networks_and_costs(2)
    assert compiled.transport_costs([], networks, costs).shape == (4, 0, 2)
    assert compiled.transport_costs(networks, [], costs).shape == (4, 2, 0)
