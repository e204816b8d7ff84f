from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.maximiser import maximise
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.configuration import Key
from optuna_nasbot.trials.configuration import of_networks

SPACE = MLPSpace(max_layers=20)


def unedited(networks: Sequence[Architecture]) -> list[Proposal]:
    return proposals_of("net", map(Candidate, networks))


def moves(space: ArchitectureSpace) -> NetworkMoves:
    return NetworkMoves("net", space)


def network_of(proposal: Proposal) -> Architecture:
    return proposal.candidates["net"].network


def networks_of(configurations: Sequence[Configuration]) -> list[Architecture]:
    return [each.networks["net"] for each in configurations]


POOL, MOVES = unedited(SPACE.initial_pool), moves(SPACE)
FITNESS = np.linspace(-1.0, 1.0, len(POOL))


def mean_units(configurations: Sequence[Configuration]) -> np.ndarray:
    return np.array(
        [
            np.mean([layer.units for layer in network.layers if layer.units is not None])
            for network in networks_of(configurations)
        ]
    )


def n_layers(configurations: Sequence[Configuration]) -> np.ndarray:
    return np.array([float(len(each.layers)) for each in networks_of(configurations)])


@pytest.mark.parametrize("space", [SPACE, CNNSpace(image_size=8, max_layers=16, max_units=256)])
def test_what_is_found_is_new_and_within_the_space(space) -> None:
    pool = unedited(space.initial_pool)
    fitness = np.linspace(-1.0, 1.0, len(pool))
    excluded = {proposal.key for proposal in pool}
    for seed in range(3):
        rng = np.random.default_rng(seed)
        found = maximise(n_layers, pool, fitness, moves(space), excluded, rng)
        assert network_of(found) in space
        assert found.key not in excluded
        excluded.add(found.key)


def test_the_same_seed_finds_the_same_network() -> None:
    found = [
        maximise(mean_units, POOL, FITNESS, MOVES, set(), np.random.default_rng(5))
        for _ in range(2)
    ]
    assert found[0] == found[1]


def test_excluded_networks_are_never_even_looked_at() -> None:
    excluded = {proposal.key for proposal in POOL}
    looked_at: list[Key] = []

    def watched(configurations: Sequence[Configuration]) -> np.ndarray:
        looked_at.extend(each.key for each in configurations)
        return mean_units(configurations)

    found = maximise(watched, POOL, FITNESS, MOVES, excluded, np.random.default_rng(0))
    assert not excluded & set(looked_at)
    assert len(set(looked_at)) == len(looked_at)
    assert found.key in looked_at


def test_the_best_of_all_that_was_looked_at_is_returned() -> None:
    best = -np.inf

    def watched(configurations: Sequence[Configuration]) -> np.ndarray:
        nonlocal best
        values = mean_units(configurations)
        best = max(best, values.max())
        return values

    found = maximise(watched, POOL, FITNESS, MOVES, set(), np.random.default_rng(0))
    assert mean_units([found.configuration])[0] == best


def test_larger_values_are_climbed_to() -> None:
    found = maximise(mean_units, POOL, FITNESS, MOVES, set(), np.random.default_rng(0))
    assert (
        mean_units([found.configuration])[0]
        > 1.05 * mean_units(of_networks("net", SPACE.initial_pool)).max()
    )
    found = maximise(n_layers, POOL, FITNESS, MOVES, set(), np.random.default_rng(0))
    assert len(network_of(found).layers) == SPACE.max_layers


def test_a_planted_optimum_is_found() -> None:
    """The one network of a space of 14 that is worth anything."""
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=9, max_in_degree=1)

    def planted(configurations: Sequence[Configuration]) -> np.ndarray:
        networks = networks_of(configurations)
        return np.array([float(str(network.layers[1]) == "tanh-9") for network in networks])

    worthless = [
        each for each in unedited(space.initial_pool) if not planted([each.configuration])
    ]
    start = worthless[:2]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = maximise(planted, start, np.zeros(len(start)), moves(space), set(), rng)
        assert str(network_of(found).layers[1]) == "tanh-9"


def test_a_distant_optimum_is_found_by_a_sloping_acquisition() -> None:
    """A network five edits away at least, with a value that falls with the layers missing."""
    space = MLPSpace(max_layers=12, max_in_degree=2)
    start = min(space.initial_pool, key=lambda network: len(network.layers))
    assert len(start.layers) == 9

    def sloping(configurations: Sequence[Configuration]) -> np.ndarray:
        return np.array(
            [
                -abs(len(network.layers) - 12)
                - abs(sum(layer.label == "tanh" for layer in network.layers) - 5)
                for network in networks_of(configurations)
            ],
            dtype=float,
        )

    excluded: set[Key] = set()
    parents, rng = [start], np.random.default_rng(0)
    for _ in range(5):  # as in a study: what was found is evaluated, the fitness follows
        fitness = sloping(of_networks("net", parents))
        found = maximise(sloping, unedited(parents), fitness, moves(space), excluded, rng)
        excluded.add(found.key)
        parents.append(network_of(found))
    assert sloping(of_networks("net", parents)).max() == 0.0


def test_an_exhausted_space_gives_none() -> None:
    space = MLPSpace(min_layers=3, max_layers=3)
    (only,) = unedited(space.initial_pool)
    excluded, rng = {only.key}, np.random.default_rng(0)
    assert maximise(mean_units, [only], np.zeros(1), moves(space), excluded, rng) is None
