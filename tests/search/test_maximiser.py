from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import maximise

SPACE = MLPSpace(max_layers=20)
POOL = [*map(Candidate, SPACE.initial_pool)]
FITNESS = np.linspace(-1.0, 1.0, len(POOL))


def mean_units(networks: Sequence[Architecture]) -> np.ndarray:
    return np.array(
        [
            np.mean([layer.units for layer in network.layers if layer.units is not None])
            for network in networks
        ]
    )


def n_layers(networks: Sequence[Architecture]) -> np.ndarray:
    return np.array([float(len(network.layers)) for network in networks])


@pytest.mark.parametrize("space", [SPACE, CNNSpace(image_size=8, max_layers=16, max_units=256)])
def test_what_is_found_is_new_and_within_the_space(space) -> None:
    pool = [*map(Candidate, space.initial_pool)]
    fitness = np.linspace(-1.0, 1.0, len(pool))
    excluded = {candidate.network.canonical_hash() for candidate in pool}
    for seed in range(3):
        found = maximise(n_layers, pool, fitness, space, excluded, np.random.default_rng(seed))
        assert found.network in space
        assert found.network.canonical_hash() not in excluded
        excluded.add(found.network.canonical_hash())


def test_the_same_seed_finds_the_same_network() -> None:
    found = [
        maximise(mean_units, POOL, FITNESS, SPACE, set(), np.random.default_rng(5))
        for _ in range(2)
    ]
    assert found[0] == found[1]


def test_excluded_networks_are_never_even_looked_at() -> None:
    excluded = {candidate.network.canonical_hash() for candidate in POOL}
    looked_at: list[str] = []

    def watched(networks: Sequence[Architecture]) -> np.ndarray:
        looked_at.extend(network.canonical_hash() for network in networks)
        return mean_units(networks)

    found = maximise(watched, POOL, FITNESS, SPACE, excluded, np.random.default_rng(0))
    assert not excluded & set(looked_at)
    assert len(set(looked_at)) == len(looked_at)
    assert found.network.canonical_hash() in looked_at


def test_the_best_of_all_that_was_looked_at_is_returned() -> None:
    best = -np.inf

    def watched(networks: Sequence[Architecture]) -> np.ndarray:
        nonlocal best
        values = mean_units(networks)
        best = max(best, values.max())
        return values

    found = maximise(watched, POOL, FITNESS, SPACE, set(), np.random.default_rng(0))
    assert mean_units([found.network])[0] == best


def test_larger_values_are_climbed_to() -> None:
    found = maximise(mean_units, POOL, FITNESS, SPACE, set(), np.random.default_rng(0))
    assert mean_units([found.network])[0] > 1.05 * mean_units(SPACE.initial_pool).max()
    found = maximise(n_layers, POOL, FITNESS, SPACE, set(), np.random.default_rng(0))
    assert len(found.network.layers) == SPACE.max_layers


def test_a_planted_optimum_is_found() -> None:
    """The one network of a space of 14 that is worth anything."""
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)

    def planted(networks: Sequence[Architecture]) -> np.ndarray:
        return np.array([float(str(network.layers[1]) == "tanh-9") for network in networks])

    worthless = [network for network in space.initial_pool if planted([network])[0] == 0.0]
    start = [*map(Candidate, worthless[:2])]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = maximise(planted, start, np.zeros(len(start)), space, set(), rng)
        assert str(found.network.layers[1]) == "tanh-9"


def test_a_distant_optimum_is_found_by_a_sloping_acquisition() -> None:
    """A network five edits away at least, with a value that falls with the layers missing."""
    space = MLPSpace(max_layers=12, max_in_degree=2)
    start = min(space.initial_pool, key=lambda network: len(network.layers))
    assert len(start.layers) == 9

    def sloping(networks: Sequence[Architecture]) -> np.ndarray:
        return np.array(
            [
                -abs(len(network.layers) - 12)
                - abs(sum(layer.label == "tanh" for layer in network.layers) - 5)
                for network in networks
            ],
            dtype=float,
        )

    excluded: set[str] = set()
    parents, rng = [start], np.random.default_rng(0)
    for _ in range(5):  # as in a study: what was found is evaluated, the fitness follows
        fitness = sloping(parents)
        found = maximise(sloping, [*map(Candidate, parents)], fitness, space, excluded, rng)
        excluded.add(found.network.canonical_hash())
        parents.append(found.network)
    assert sloping(parents).max() == 0.0


def test_an_exhausted_space_gives_none() -> None:
    space = MLPSpace(min_layers=3, max_layers=3)
    (only,) = space.initial_pool
    excluded, rng = {only.canonical_hash()}, np.random.default_rng(0)
    assert maximise(mean_units, [Candidate(only)], np.zeros(1), space, excluded, rng) is None
