"""Candidates know which edits made them, and of which network."""

from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.edits import EDITS
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import maximise
from optuna_nasbot.search import mutate
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import first_new

CHAINS = MLPSpace(min_layers=3, max_layers=30, max_in_degree=1, max_out_degree=1)
"""The only edits that change the number of layers here are wedge_layer and remove_layer."""


def chain(n_hidden: int) -> Architecture:
    return next(n for n in CHAINS.initial_pool if len(n.layers) == n_hidden + 3)


N_LAYERS = sorted({len(network.layers) for network in CHAINS.initial_pool})
PARENTS = {number: chain(n - 3) for number, n in enumerate(N_LAYERS, start=10)}
CANDIDATES = [Candidate(network, number) for number, network in PARENTS.items()]


def assert_true(found: Candidate) -> None:
    """As many layers as the edits leave of the parent's."""
    assert found.parent is not None
    gained = found.edits.count("wedge_layer") - found.edits.count("remove_layer")
    assert len(found.network.layers) == len(PARENTS[found.parent].layers) + gained
    assert set(found.edits) <= {edit.name for edit in EDITS}


def test_parents_differ() -> None:
    assert len(PARENTS) > 2
    for candidate in CANDIDATES:
        assert candidate.edits == ()
        assert_true(candidate)


def test_each_neighbour_is_one_edit_away() -> None:
    for parent in CANDIDATES:
        around = one_edit_neighbours(parent, CHAINS, np.random.default_rng(0))
        assert {"wedge_layer", "remove_layer", "swap_layer", "inc_single"} <= {
            edit for near in around for edit in near.edits
        }
        for near in around:
            assert len(near.edits) == 1
            assert near.parent == parent.parent
            assert_true(near)


@pytest.mark.parametrize("n_edits", [1, 3, 8])
def test_edits_of_children_add_up(n_edits: int) -> None:
    rng = np.random.default_rng(0)
    child = mutate(CANDIDATES[1], CHAINS, rng, (0.0,) * (n_edits - 1) + (1.0,))
    assert len(child.edits) == n_edits
    grandchild = mutate(child, CHAINS, rng, (0.0, 1.0))
    assert grandchild.edits[:n_edits] == child.edits
    assert len(grandchild.edits) == n_edits + 2
    assert_true(child)
    assert_true(grandchild)


def test_children_know_which_of_the_parents_is_theirs() -> None:
    fitness = np.linspace(-0.1, 0.1, len(CANDIDATES))
    parents, moves = proposals_of("net", CANDIDATES), NetworkMoves("net", CHAINS)
    drawn = children_of_fit(parents, fitness, 100, moves, np.random.default_rng(0))
    children = [child.candidates["net"] for child in drawn]
    assert {child.parent for child in children} == set(PARENTS)
    for child in children:
        assert_true(child)


def test_parent_of_what_the_maximiser_finds_is_the_root() -> None:
    def n_layers(configurations):
        return np.array([float(len(each.networks["net"].layers)) for each in configurations])

    fitness, budget = np.zeros(len(CANDIDATES)), SearchBudget(n_generations=8)
    parents, moves = proposals_of("net", CANDIDATES), NetworkMoves("net", CHAINS)
    longest = 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        proposal = maximise(n_layers, parents, fitness, moves, set(), rng, budget)
        found = proposal.candidates["net"]
        assert_true(found)
        longest = max(longest, len(found.edits))
    assert longest > 5  # more than a child of a parent has


def test_parent_of_what_is_found_far_from_all_known_networks_is_the_root() -> None:
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=12, max_in_degree=1)
    known = proposals_of("net", [Candidate(space.initial_pool[0], 5)])
    moves, rng = NetworkMoves("net", space), np.random.default_rng(0)
    excluded, found = set(), known[0]
    for _ in range(25):
        excluded.add(found.key)
        found = first_new(known, moves, excluded, rng)
        assert found.candidates["net"].parent == 5
        assert found.candidates["net"].edits
    assert len(found.candidates["net"].edits) > 1
