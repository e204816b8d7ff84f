"""What the edits of a space make of a network: random children and one-edit neighbours."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.spaces import ArchitectureSpace

EDIT_COUNT_PROBABILITIES = (0.5, 0.25, 0.125, 0.075, 0.05)
"""Probabilities of 1, 2, ... edits per child (paper, appendix)."""

_MAX_ATTEMPTS = 20


def mutate_once(
    parent: Candidate, space: ArchitectureSpace, rng: np.random.Generator
) -> Candidate | None:
    """A random network of the space that is one edit away, None if none was found."""
    edits = space.edits
    probabilities = [edit.probability for edit in edits]
    for _ in range(_MAX_ATTEMPTS):
        edit = edits[_drawn(probabilities, rng)]
        sites = edit.sites(parent.network, rng)
        if sites:
            network = edit.apply(parent.network, sites[int(rng.integers(len(sites)))], rng)
            if network is not None and space.violation(network) is None:
                return parent.child(network, edit.name)
    return None


def _drawn(weights: Sequence[float], rng: np.random.Generator) -> int:
    """A position drawn with a probability in proportion to its weight."""
    bounds = list(accumulate(weights))
    return bisect(bounds, rng.random() * bounds[-1], hi=len(bounds) - 1)


def mutate(
    parent: Candidate,
    space: ArchitectureSpace,
    rng: np.random.Generator,
    count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
) -> Candidate:
    """A child of a network: some random edits away, within the space after each of them.

    Args:
        parent: A network of the space.
        space: The search space.
        rng: Source of randomness.
        count_probabilities: Probabilities of 1, 2, ... edits.

    Returns:
        The child. If no edit can be made any more, the network so far, possibly the parent.
    """
    reached = parent
    for _ in range(1 + _drawn(count_probabilities, rng)):
        child = mutate_once(reached, space, rng)
        if child is None:
            break
        reached = child
    return reached


def one_edit_neighbours(
    parent: Candidate,
    space: ArchitectureSpace,
    rng: np.random.Generator,
    at_most: int | None = None,
) -> list[Candidate]:
    """The networks of the space that are one edit away, without duplicates.

    What an edit leaves open at a place is drawn at random.

    Args:
        parent: The network to edit.
        space: The search space.
        rng: Source of randomness.
        at_most: How many neighbours to return at most, drawn at random; None for all.

    Returns:
        Different networks, in random order.
    """
    places = [(edit, site) for edit in space.edits for site in edit.sites(parent.network, rng)]
    seen = {parent.network.canonical_hash()}
    neighbours: list[Candidate] = []
    for position in rng.permutation(len(places)):
        if at_most is not None and len(neighbours) >= at_most:
            break
        edit, site = places[position]
        network = edit.apply(parent.network, site, rng)
        if network is not None and space.violation(network) is None:
            if network.canonical_hash() not in seen:
                seen.add(network.canonical_hash())
                neighbours.append(parent.child(network, edit.name))
    return neighbours
