"""The divided, balanced problems against the undivided one as the paper states it."""

from __future__ import annotations

import dataclasses

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.distance import transport
from optuna_nasbot.distance.costs import MAX_COST
from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.costs import matching_costs
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.features import network_features
from optuna_nasbot.distance.transport import transport_costs

COMPONENTS = np.array([0, 0, 0, 1, 1, 2, 3])
N_COMPONENTS = 4
WIDTH = 6


def random_costs(rng: np.random.Generator, ties: bool) -> MatchingCosts:
    n = len(COMPONENTS)
    mislabel = rng.integers(0, 5, (n, n)) / 4 if ties else rng.random((n, n))
    mislabel = np.triu(mislabel, 1) * 1.5
    mislabel += mislabel.T
    mislabel[0, 2] = mislabel[2, 0] = MAX_COST  # these meet through label 1 only
    mislabel[COMPONENTS[:, None] != COMPONENTS] = MAX_COST
    return MatchingCosts(mislabel, (0.05, 0.5, 2.0), COMPONENTS)


def random_network(rng: np.random.Generator, spread: float, ties: bool) -> NetworkFeatures:
    """A network of 1 to 16 layers whose masses spread over factors e^-spread to e^spread."""
    labels = np.sort(rng.integers(0, len(COMPONENTS), rng.integers(1, 17)))
    masses = np.exp(rng.uniform(-spread, spread, len(labels)))
    masses = np.ceil(4.0 * masses) if ties else masses
    lengths = (
        rng.integers(0, 4, (len(labels), WIDTH)) * 1.0
        if ties
        else rng.random((len(labels), WIDTH))
    )
    offsets = np.searchsorted(COMPONENTS[labels], np.arange(N_COMPONENTS + 1))
    return NetworkFeatures(masses, labels, lengths, offsets, float(masses.sum()))


def undivided(a: NetworkFeatures, b: NetworkFeatures, costs: MatchingCosts):
    """Supplies, demands, costs (n_coeffs, n + 1, m + 1) of the problem as the paper states it."""
    structural = cdist(a.path_lengths, b.path_lengths, "cityblock") / WIDTH
    mislabel = costs.mislabel[np.ix_(a.labels, b.labels)]
    tables = np.ones((len(costs.struct_coeffs), len(a.masses) + 1, len(b.masses) + 1))
    for table, coeff in zip(tables, costs.struct_coeffs, strict=True):
        table[:-1, :-1] = mislabel + coeff * structural
        table[-1, -1] = 0.0
    total = a.total_mass + b.total_mass
    supplies = np.append(a.masses, b.total_mass) / total
    return supplies, np.append(b.masses, a.total_mass) / total, tables


def by_pot(a: NetworkFeatures, b: NetworkFeatures, costs: MatchingCosts) -> np.ndarray:
    supplies, demands, tables = undivided(a, b, costs)
    return np.array([ot.emd2(supplies, demands, table) for table in tables])


def by_linear_programming(
    a: NetworkFeatures, b: NetworkFeatures, costs: MatchingCosts
) -> np.ndarray:
    supplies, demands, tables = undivided(a, b, costs)
    n, m = tables.shape[1:]
    sums = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    sides = np.concatenate([supplies, demands])
    return np.array(
        [linprog(t.ravel(), A_eq=sums, b_eq=sides, method="highs-ds").fun for t in tables]
    )


def normalised(a: NetworkFeatures, b: NetworkFeatures, costs: MatchingCosts) -> np.ndarray:
    return transport_costs([a], [b], costs)[:, 0, 0] / (a.total_mass + b.total_mass)


cases = {
    "seed": st.integers(0, 2**32 - 1),
    "ties": st.booleans(),
}


@given(**cases, spread=st.sampled_from([0.0, 1.0, 5.0, 20.0]))
@settings(max_examples=300)
def test_agrees_with_the_undivided_problem(seed, ties, spread):
    rng = np.random.default_rng(seed)
    costs = random_costs(rng, ties)
    a, b = (random_network(rng, spread, ties) for _ in range(2))
    np.testing.assert_allclose(
        normalised(a, b, costs), by_pot(a, b, costs), rtol=1e-12, atol=1e-13
    )


@given(**cases)
@settings(max_examples=50)
def test_agrees_with_another_solver(seed, ties):
    rng = np.random.default_rng(seed)
    costs = random_costs(rng, ties)
    a, b = (random_network(rng, 2.0, ties) for _ in range(2))
    np.testing.assert_allclose(
        normalised(a, b, costs), by_linear_programming(a, b, costs), rtol=1e-7, atol=1e-7
    )


@given(**cases)
@settings(max_examples=50)
def test_masses_scale(seed, ties):
    rng = np.random.default_rng(seed)
    costs = random_costs(rng, ties)
    networks = [random_network(rng, 2.0, ties) for _ in range(3)]
    heavier = [
        dataclasses.replace(n, masses=3.0 * n.masses, total_mass=3.0 * n.total_mass)
        for n in networks
    ]
    np.testing.assert_allclose(
        transport_costs(heavier, heavier, costs),
        3.0 * transport_costs(networks, networks, costs),
        rtol=1e-12,
        atol=1e-12 * max(n.total_mass for n in heavier),
    )


@pytest.mark.parametrize("stack_size", [1, 3, 7, 128])
def test_result_does_not_depend_on_the_stacks(stack_size, monkeypatch):
    rng = np.random.default_rng(5)
    costs = random_costs(rng, ties=False)
    networks = [random_network(rng, 2.0, ties=False) for _ in range(13)]
    monkeypatch.setattr(transport, "STACK_SIZE", stack_size)
    found = transport_costs(networks, networks, costs)
    for i, a in enumerate(networks):
        for j, b in enumerate(networks):
            total = a.total_mass + b.total_mass
            np.testing.assert_allclose(found[:, i, j] / total, by_pot(a, b, costs), atol=1e-14)
    below = transport_costs(networks, networks, costs, below_diagonal=True)
    np.testing.assert_allclose(below, found * np.tri(13, k=-1), rtol=1e-13, atol=1e-12)


def test_no_networks_give_an_empty_result():
    rng = np.random.default_rng(0)
    costs = random_costs(rng, ties=False)
    networks = [random_network(rng, 2.0, ties=False) for _ in range(2)]
    assert transport_costs([], networks, costs).shape == (3, 0, 2)
    assert transport_costs(networks, [], costs).shape == (3, 2, 0)


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_golden_distances(kind, golden):
    """Also where other code than this is there to compute distances."""
    expected = golden(f"distances_{kind}")
    documents = {network["id"]: network for network in golden(f"networks_{kind}")["networks"]}
    operations = operations_of(kind)
    costs = matching_costs(operations, tuple(expected["struct_coeffs"]), 1.0, 1.0)
    networks = [
        network_features(
            Architecture.from_dict(
                {key: documents[id_][key] for key in ("kind", "layers", "edges")}
            ),
            operations,
            costs.component,
        )
        for id_ in expected["ids"]
    ]
    pairs = np.array(expected["pairs"])
    i, j = pairs[:, :2].T.astype(int)
    found = transport_costs(networks, networks, costs)
    np.testing.assert_allclose(found[:, i, j], pairs[:, 2:6].T, rtol=1e-9, atol=1e-9)
    assert (found >= 0.0).all()
