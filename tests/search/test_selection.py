from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.search.selection import unseen
from optuna_nasbot.trials.configuration import Key

SPACE = MLPSpace()
POOL = proposals_of("net", map(Candidate, SPACE.initial_pool))
MOVES = NetworkMoves("net", SPACE)
EXHAUSTED = MLPSpace(min_layers=3, max_layers=3)


class Unmoved(NetworkMoves):
    """Children are their parents."""

    def child(self, parent: Proposal, *_: object) -> Proposal:
        return parent


def network_of(proposal: Proposal) -> Architecture:
    return proposal.candidates["net"].network


def test_parents_are_drawn_by_the_exponential_of_their_fitness() -> None:
    fitness, unmoved = np.array([0.0, 1.0, -1.0, 0.5]), Unmoved("net", SPACE)
    drawn = children_of_fit(POOL[:4], fitness, 4000, unmoved, np.random.default_rng(0))
    counts = Counter(proposal.key for proposal in drawn)
    expected = np.exp(2 * fitness) / np.exp(2 * fitness).sum()
    for parent, probability in zip(POOL, expected, strict=False):
        assert counts[parent.key] / 4000 == pytest.approx(probability, abs=0.03)


def test_large_values_of_fitness_do_not_overflow() -> None:
    fitness = np.array([1e6, -1e6, 1e6])
    children = children_of_fit(POOL[:3], fitness, 20, MOVES, np.random.default_rng(0))
    assert len(children) == 20


def test_children_are_networks_of_the_space_and_reproducible() -> None:
    space = CNNSpace(max_layers=20, max_units=128)
    pool, moves = (
        proposals_of("net", map(Candidate, space.initial_pool)),
        NetworkMoves("net", space),
    )
    fitness = np.linspace(-1, 1, len(pool))
    runs = [children_of_fit(pool, fitness, 50, moves, np.random.default_rng(3)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 50
    assert all(network_of(child) in space for child in runs[0])


def test_unseen_networks_are_seen_from_then_on() -> None:
    seen = {POOL[0].key}
    assert unseen([POOL[0], POOL[1], POOL[2], POOL[1]], seen) == [POOL[1], POOL[2]]
    assert seen == {proposal.key for proposal in POOL[:3]}
    assert unseen(POOL[:3], seen) == []


def test_a_known_network_that_is_free_comes_first() -> None:
    excluded = {proposal.key for proposal in POOL[:4]}
    found = first_new(POOL, MOVES, excluded, np.random.default_rng(0))
    assert found == POOL[4]


def test_neighbours_of_excluded_networks_come_next() -> None:
    space = MLPSpace(min_layers=3, max_layers=5)
    known = proposals_of("net", [Candidate(space.initial_pool[0])])
    excluded: set[Key] = set()
    moves, rng = NetworkMoves("net", space), np.random.default_rng(0)
    for _ in range(60):
        found = first_new(known, moves, excluded, rng)
        assert network_of(found) in space
        assert found.key not in excluded
        excluded.add(found.key)


def test_it_looks_beyond_the_neighbours() -> None:
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)
    (start,) = proposals_of("net", [Candidate(space.initial_pool[0])])
    moves, rng = NetworkMoves("net", space), np.random.default_rng(0)
    near = [start, *moves.neighbours(start, rng)]
    excluded = {proposal.key for proposal in near}
    found = first_new([start], moves, excluded, rng)
    assert found.key not in excluded
    assert network_of(found) in space
    assert len(found.candidates["net"].edits) >= 2


def test_what_the_last_look_finds_counts() -> None:
    (start,) = proposals_of("net", [Candidate(SPACE.initial_pool[0])])
    found = first_new([start], MOVES, {start.key}, np.random.default_rng(0), max_looks=1)
    assert found.key != start.key


def test_an_exhausted_space_repeats_itself() -> None:
    (only,) = EXHAUSTED.initial_pool
    (known,) = proposals_of("net", [Candidate(only, parent=3)])
    moves, rng = NetworkMoves("net", EXHAUSTED), np.random.default_rng(0)
    assert first_new([known], moves, {known.key}, rng) is known


def test_all_networks_of_a_small_space_are_found_before_one_repeats() -> None:
    # One hidden layer: seven labels, two widths.
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)
    pool = proposals_of("net", map(Candidate, space.initial_pool))
    excluded: set[Key] = set()
    moves, rng = NetworkMoves("net", space), np.random.default_rng(0)
    for _ in range(14):
        found = first_new(pool, moves, excluded, rng)
        assert found.key not in excluded
        excluded.add(found.key)
    assert first_new(pool, moves, excluded, rng).key in excluded


def test_the_search_gives_up_at_some_point() -> None:
    class Everything(set):
        def __contains__(self, item: object) -> bool:
            return True

    found = first_new(POOL, MOVES, Everything(), np.random.default_rng(0), max_looks=5)
    assert found in POOL
