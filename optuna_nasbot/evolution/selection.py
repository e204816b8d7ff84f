"""Which networks parents have as children, and which of them are new."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.evolution.edits import edited
from optuna_nasbot.evolution.edits import one_edit_neighbours
from optuna_nasbot.spaces import ArchitectureSpace


def children_of_fit(
    parents: Sequence[Architecture],
    fitness: NDArray[np.float64],
    n: int,
    space: ArchitectureSpace,
    rng: np.random.Generator,
) -> list[Architecture]:
    """Random children of parents drawn with probability proportional to exp(2 fitness).

    Args:
        parents: Networks of the space.
        fitness: Their standardised values, shape (n_parents,); larger is better.
        n: How many children.
        space: The search space.
        rng: Source of randomness.

    Returns:
        n networks of the space, possibly some of them equal to each other or to their parents.
    """
    weights = np.exp(2.0 * (fitness - fitness.max()))
    drawn = rng.choice(len(parents), size=n, p=weights / weights.sum())
    return [edited(parents[index], space, rng) for index in drawn]


def unseen(networks: Sequence[Architecture], seen: set[str]) -> list[Architecture]:
    """The networks that were not seen yet, each once; they are seen from now on."""
    fresh = []
    for network in networks:
        if network.canonical_hash() not in seen:
            seen.add(network.canonical_hash())
            fresh.append(network)
    return fresh


def any_untaken(
    known: Sequence[Architecture],
    space: ArchitectureSpace,
    taken: Set[str],
    rng: np.random.Generator,
    max_networks: int = 2000,
) -> Architecture:
    """A network that is not taken, or one of the known ones if the space seems exhausted.

    Walks over the one-edit neighbours of the known networks, then over theirs.

    Args:
        known: Networks of the space, at least one.
        space: The search space.
        taken: Canonical hashes of the networks to avoid.
        rng: Source of randomness.
        max_networks: How many networks to look around at most.

    Returns:
        The first network found that is not taken.
    """
    seen: set[str] = set()
    frontier = unseen(known, seen)
    looked_at = 0
    while frontier and looked_at < max_networks:
        for network in frontier:
            if network.canonical_hash() not in taken:
                return network
        looked_at += len(frontier)
        around = [one_edit_neighbours(network, space, rng) for network in frontier]
        fresh = unseen(list(chain.from_iterable(around)), seen)
        frontier = [fresh[index] for index in rng.permutation(len(fresh))]
    return known[int(rng.integers(len(known)))]
