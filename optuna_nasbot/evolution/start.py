"""Where a search starts: networks of the initial pool and around it, spread by distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance.scaled import ScaledDistances
from optuna_nasbot.evolution.edits import edited
from optuna_nasbot.spaces import ArchitectureSpace

_N_AROUND_POOL = 90
_N_REFERENCES = 40


@dataclass(frozen=True, eq=False)
class Preparation:
    """What a search in a space begins with; the same in every process.

    Attributes:
        distances: The distance between networks, scaled to the space.
        start: The networks to try first, in this order.
    """

    distances: ScaledDistances
    start: tuple[Architecture, ...]


def prepare(space: ArchitectureSpace, n_start: int) -> Preparation:
    """Scale the distance to a space and choose the networks to try first.

    Args:
        space: The search space.
        n_start: How many networks to choose.

    Returns:
        The preparation.
    """
    around = networks_around_pool(space, _N_AROUND_POOL, np.random.default_rng(0))
    references = around[:: max(1, len(around) // _N_REFERENCES)]
    distances = ScaledDistances(OTMANN.for_space(space), references)
    return Preparation(distances, tuple(spread(around, n_start, distances)))


def networks_around_pool(
    space: ArchitectureSpace, n: int, rng: np.random.Generator
) -> list[Architecture]:
    """The initial pool and random networks a few edits away from it, each once.

    Args:
        space: The search space.
        n: How many edited networks to try for, on top of the pool.
        rng: Source of randomness.

    Returns:
        At most n networks more than the pool has, the pool first.
    """
    pool = space.initial_pool
    edits = [edited(pool[index % len(pool)], space, rng) for index in range(n)]
    return list({network.canonical_hash(): network for network in (*pool, *edits)}.values())


def spread(
    candidates: Sequence[Architecture], n: int, distances: ScaledDistances
) -> list[Architecture]:
    """The first candidate, then always the one that is farthest from those chosen (max-min).

    Args:
        candidates: Different networks.
        n: How many to choose, fewer if there are not so many.
        distances: The distance; what counts is the mean of its normalised components.

    Returns:
        The chosen networks in the order of choice. Every beginning of it is spread, too.
    """
    chosen = [0]
    nearest = np.full(len(candidates), np.inf)
    while len(chosen) < min(n, len(candidates)):
        emd = distances.between([candidates[chosen[-1]]], candidates).emd
        nearest = np.minimum(nearest, emd.mean(axis=0)[0])
        nearest[chosen] = -np.inf
        chosen.append(int(np.argmax(nearest)))
    return [candidates[index] for index in chosen]


def in_turn(networks: Sequence[Architecture], turn: int) -> list[Architecture]:
    """The networks in a circle, from that of a turn on.

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
