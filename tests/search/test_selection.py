from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.search import selection
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.search.selection import unseen

SPACE = MLPSpace()
POOL = [*map(Candidate, SPACE.initial_pool)]
EXHAUSTED = MLPSpace(min_layers=3, max_layers=3)


def test_parents_are_drawn_by_the_exponential_of_their_fitness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selection, "mutate", lambda parent, space, rng: parent)
    fitness = np.array([0.0, 1.0, -1.0, 0.5])
    drawn = children_of_fit(POOL[:4], fitness, 4000, SPACE, np.random.default_rng(0))
    counts = Counter(drawn)
    expected = np.exp(2 * fitness) / np.exp(2 * fitness).sum()
    for parent, probability in zip(POOL, expected, strict=False):
        assert counts[parent] / 4000 == pytest.approx(probability, abs=0.03)


def test_large_values_of_fitness_do_not_overflow() -> None:
    fitness = np.array([1e6, -1e6, 1e6])
    children = children_of_fit(POOL[:3], fitness, 20, SPACE, np.random.default_rng(0))
    assert len(children) == 20


def test_children_are_networks_of_the_space_and_reproducible() -> None:
    space = CNNSpace(max_layers=20, max_units=128)
    pool = [*map(Candidate, space.initial_pool)]
    fitness = np.linspace(-1, 1, len(pool))
    runs = [children_of_fit(pool, fitness, 50, space, np.random.default_rng(3)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 50
    assert all(child.network in space for child in runs[0])


def test_unseen_networks_are_seen_from_then_on() -> None:
    seen = {SPACE.initial_pool[0].canonical_hash()}
    assert unseen([POOL[0], POOL[1], POOL[2], POOL[1]], seen) == [POOL[1], POOL[2]]
    assert seen == {network.canonical_hash() for network in SPACE.initial_pool[:3]}
    assert unseen(POOL[:3], seen) == []


def test_a_known_network_that_is_free_comes_first() -> None:
    excluded = {network.canonical_hash() for network in SPACE.initial_pool[:4]}
    found = first_new(POOL, SPACE, excluded, np.random.default_rng(0))
    assert found == POOL[4]


def test_neighbours_of_excluded_networks_come_next() -> None:
    space = MLPSpace(min_layers=3, max_layers=5)
    known = [Candidate(space.initial_pool[0])]
    excluded: set[str] = set()
    rng = np.random.default_rng(0)
    for _ in range(60):
        found = first_new(known, space, excluded, rng).network
        assert found in space
        assert found.canonical_hash() not in excluded
        excluded.add(found.canonical_hash())


def test_it_looks_beyond_the_neighbours() -> None:
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)
    start = Candidate(space.initial_pool[0])
    rng = np.random.default_rng(0)
    near = [start, *one_edit_neighbours(start, space, rng)]
    excluded = {candidate.network.canonical_hash() for candidate in near}
    found = first_new([start], space, excluded, rng)
    assert found.network.canonical_hash() not in excluded
    assert found.network in space
    assert len(found.edits) >= 2


def test_an_exhausted_space_repeats_itself() -> None:
    (only,) = EXHAUSTED.initial_pool
    excluded, known = {only.canonical_hash()}, Candidate(only, parent=3)
    assert first_new([known], EXHAUSTED, excluded, np.random.default_rng(0)) is known


def test_all_networks_of_a_small_space_are_found_before_one_repeats() -> None:
    # One hidden layer: seven labels, two widths.
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)
    pool = [*map(Candidate, space.initial_pool)]
    excluded: set[str] = set()
    rng = np.random.default_rng(0)
    for _ in range(14):
        found = first_new(pool, space, excluded, rng).network
        assert found.canonical_hash() not in excluded
        excluded.add(found.canonical_hash())
    assert first_new(pool, space, excluded, rng).network.canonical_hash() in excluded


def test_the_search_gives_up_at_some_point() -> None:
    class Everything(set):
        def __contains__(self, item: object) -> bool:
            return True

    found = first_new(POOL, SPACE, Everything(), np.random.default_rng(0), max_looks=5)
    assert found in POOL
