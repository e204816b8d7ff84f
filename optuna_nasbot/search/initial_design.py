"""Where a search starts: at random networks around the initial pool, far from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.joint_space import JointSpace
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.search.selection import unseen
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.configuration import Configuration

_N_AROUND_POOL = 90
_N_REFERENCES = 40
_N_TRIES = 20
_N_COMPARED = 4
"""Of how many random networks the one farthest from what was tried is taken. Of very many it would
be one of the oddest of the space."""


def network_distances(space: ArchitectureSpace) -> NetworkDistances:
    """The distances between networks, scaled to a space; the same in every process."""
    around = networks_around_pool(space, _N_AROUND_POOL, np.random.default_rng(0))
    references = around[:: max(1, len(around) // _N_REFERENCES)]
    return NetworkDistances(OTMANN.for_space(space), references)


def networks_around_pool(
    space: ArchitectureSpace, n: int, rng: np.random.Generator
) -> list[Architecture]:
    """The initial pool and random networks a few edits away from it, each once.

    Args:
        space: The search space.
        n: How many mutated networks to try for, on top of the pool.
        rng: Source of randomness.

    Returns:
        At most n networks more than the pool has, the pool first.
    """
    pool = space.initial_pool
    children = [mutate(Candidate(pool[i % len(pool)]), space, rng).network for i in range(n)]
    return list({network.canonical_hash(): network for network in (*pool, *children)}.values())


def start_proposal(
    tried: Sequence[Configuration],
    space: JointSpace,
    name: str,
    pool: Sequence[Architecture],
    distances: NetworkDistances,
    rng: np.random.Generator,
) -> Proposal:
    """What to try before there is a model: a network that is random, and far from what was tried.

    Args:
        tried: All that was tried.
        space: What may be proposed.
        name: The name of the network that is asked for.
        pool: Networks of its space to start from.
        distances: The distances of networks of this name.
        rng: Source of randomness.

    Returns:
        A configuration that was not tried, if there is one.
    """
    asked = space.spaces[name]
    candidates = [_random_around(pool, asked, rng) for _ in range(_N_TRIES)]
    drawn = space.completed(proposals_of(name, candidates), rng)
    excluded = {each.key for each in tried}
    new = unseen(drawn, set(excluded))
    if not new:
        known = space.completed(proposals_of(name, map(Candidate, pool)), rng)
        return first_new(known, space.moves, excluded, rng)
    compared = [each.candidates[name].network for each in new[:_N_COMPARED]]
    networks = [each.networks[name] for each in tried if name in each.networks]
    return new[farthest(compared, networks, distances)]


def _random_around(
    pool: Sequence[Architecture], space: ArchitectureSpace, rng: np.random.Generator
) -> Candidate:
    """One of the pool, or a network a few edits away from it."""
    index = int(rng.integers(len(pool) + _N_AROUND_POOL))
    candidate = Candidate(pool[index % len(pool)])
    return candidate if index < len(pool) else mutate(candidate, space, rng)


def farthest(
    networks: Sequence[Architecture], tried: Sequence[Architecture], distances: NetworkDistances
) -> int:
    """Which network is farthest from those tried, measured to the nearest of them.

    Args:
        networks: At least one network.
        tried: Networks to keep away from.
        distances: The distance; what counts is the mean of its normalised components.

    Returns:
        Its position, 0 if nothing was tried.
    """
    if not tried:
        return 0
    d_bar = distances.d_bar(networks, tried).mean(axis=0)
    return int(np.argmax(d_bar.min(axis=1)))


def in_turn(networks: Sequence[Architecture], turn: int) -> list[Architecture]:
    """The networks, rotated to start at position `turn`.

    Workers that begin at the same time, before they can see each other's networks, begin with
    different ones.

    Args:
        networks: At least one network.
        turn: A number from 0 on, such as that of a trial.

    Returns:
        All the networks.
    """
    first = turn % len(networks)
    return [*networks[first:], *networks[:first]]
