from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.edits import EDITS
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.search import mutation
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.search.mutation import mutate_once
from optuna_nasbot.spaces import ArchitectureSpace

KINDS = ("cnn", "mlp-reg", "mlp-class")
EXHAUSTED = MLPSpace(min_layers=3, max_layers=3)


def random_space(rng: np.random.Generator) -> ArchitectureSpace:
    """A space with tight and loose limits at random."""
    min_layers = int(rng.integers(4, 12))
    max_layers = min_layers + int(rng.integers(0, 20))
    min_units = int(rng.integers(1, 40))
    limits = {
        "min_layers": min_layers,
        "max_layers": max_layers,
        "max_edges": max_layers - 1 + int(rng.integers(0, 15)),
        "max_in_degree": int(rng.integers(1, 4)),
        "max_out_degree": int(rng.integers(1, 4)),
        "min_units": min_units,
        "max_units": min_units + int(rng.integers(0, 200)),
        "max_mass": float(np.exp(rng.uniform(13, 17))),
        "min_mass": float(rng.uniform(0, 1000)),
    }
    if rng.random() < 0.3:
        limits |= {"max_parameters": int(10 ** rng.uniform(6, 8)), "inputs": 3, "outputs": 10}
    if rng.random() < 0.5:
        return CNNSpace(image_size=int(rng.integers(1, 64)), **limits)
    return MLPSpace(task=str(rng.choice(["regression", "classification"])), **limits)


def assert_within(network: Architecture, space: ArchitectureSpace) -> None:
    """The limits, most of them counted anew."""
    units = [layer.units for layer in network.layers if layer.units is not None]
    ends = Counter(j for _, j in network.edges), Counter(i for i, _ in network.edges)
    assert space.min_layers <= len(network.layers) <= space.max_layers
    assert len(network.edges) <= space.max_edges
    assert max(ends[0].values()) <= space.max_in_degree
    assert max(ends[1].values()) <= space.max_out_degree
    assert all(space.min_units <= width <= space.max_units for width in units)
    space.check(network)


def walk(space: ArchitectureSpace, n: int, rng: np.random.Generator) -> Iterator[Architecture]:
    """n children, each of the one before; back to the pool now and then."""
    pool = cycle(space.initial_pool)
    network = next(pool)
    for step in range(n):
        child = mutate_once(Candidate(network), space, rng) if step % 50 else None
        network = next(pool) if child is None else child.network
        yield network


def test_ten_thousand_children_break_no_limit() -> None:
    rng = np.random.default_rng(0)
    n_children, seen = 0, set()
    while n_children < 10_000:
        space = random_space(rng)
        for network in walk(space, 400, rng):
            assert_within(network, space)
            seen.add(network)
            n_children += 1
    assert len(seen) > 6_000


@settings(max_examples=25)
@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
def test_every_edit_gives_a_network_or_none(architectures, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    networks = list(architectures(kind).values())
    network = networks[rng.integers(len(networks))]
    document = network.to_dict()
    for edit in EDITS:
        sites = edit.sites(network, rng)
        for pick in rng.permutation(len(sites))[:4]:
            child = edit.apply(network, sites[pick], rng)
            if child is not None:
                assert Architecture.from_dict(child.to_dict()) == child
                assert child.kind == kind
                assert child != network
    assert network.to_dict() == document


def test_names_and_probabilities_are_the_paper_s(golden) -> None:
    assert [edit.name for edit in EDITS] == [
        "inc_single",
        "dec_single",
        "inc_en_masse",
        "dec_en_masse",
        "swap_layer",
        "wedge_layer",
        "remove_layer",
        "dup_path",
        "skip_path",
    ]
    assert mutation.EDIT_COUNT_PROBABILITIES == (0.5, 0.25, 0.125, 0.075, 0.05)
    masses = golden("stats")["primitive_probability_masses"]
    names = {"dup_path": "branch", "skip_path": "skip"}
    for edit in EDITS:
        assert edit.probability == masses[names.get(edit.name, edit.name)]


def test_the_same_seed_gives_the_same_children() -> None:
    space = CNNSpace()
    for seed in range(5):
        runs = [
            list(walk(space, 60, np.random.default_rng(seed))),
            list(walk(space, 60, np.random.default_rng(seed))),
        ]
        assert runs[0] == runs[1]


def test_counts_of_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    space = MLPSpace()
    parent = Candidate(space.initial_pool[0])
    steps: list[Candidate] = []

    def counted(candidate, space, rng):
        steps.append(candidate)
        return Candidate(space.initial_pool[len(steps) % 10])

    monkeypatch.setattr(mutation, "mutate_once", counted)
    rng = np.random.default_rng(0)
    counts: Counter[int] = Counter()
    for _ in range(2000):
        steps.clear()
        mutate(parent, space, rng)
        counts[len(steps)] += 1
    for n_edits, probability in enumerate(mutation.EDIT_COUNT_PROBABILITIES, start=1):
        assert counts[n_edits] / 2000 == pytest.approx(probability, abs=0.035)
    steps.clear()
    mutate(parent, space, rng, count_probabilities=(0.0, 0.0, 1.0))
    assert len(steps) == 3
    assert steps[0] is parent


def test_an_edit_that_finds_nothing_leaves_what_was_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = MLPSpace()
    first, second = map(Candidate, space.initial_pool[:2])
    found = iter([second, None])
    monkeypatch.setattr(mutation, "mutate_once", lambda *_: next(found))
    assert mutate(first, space, np.random.default_rng(0), (0.0, 0.0, 1.0)) is second


def test_a_space_of_one_network_has_no_children() -> None:
    (only,) = map(Candidate, EXHAUSTED.initial_pool)
    rng = np.random.default_rng(0)
    assert mutate_once(only, EXHAUSTED, rng) is None
    assert mutate(only, EXHAUSTED, rng) is only
    assert one_edit_neighbours(only, EXHAUSTED, rng) == []


@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_are_new_and_different(kind: str) -> None:
    space = CNNSpace() if kind == "cnn" else MLPSpace()
    for network in space.initial_pool[::3]:
        found = one_edit_neighbours(Candidate(network), space, np.random.default_rng(0))
        around = [candidate.network for candidate in found]
        hashes = {near.canonical_hash() for near in around}
        assert len(hashes) == len(around)
        assert network.canonical_hash() not in hashes
        assert all(near in space for near in around)
        assert len(around) >= 2 * len(network.layers)
        gained = {len(near.layers) - len(network.layers) for near in around}
        assert {-1, 0, 1} <= gained
