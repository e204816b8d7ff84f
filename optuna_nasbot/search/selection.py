"""Which networks parents have as children, and which of them are new."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from collections.abc import Set
from itertools import count

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.mutation import one_edit_neighbours
from optuna_nasbot.spaces import ArchitectureSpace

_LOOKS = 10
"""How often to look around one network: what an edit does at a place is random."""


def children_of_fit(
    parents: Sequence[Candidate],
    fitness: NDArray[np.float64],
    n: int,
    space: ArchitectureSpace,
    rng: np.random.Generator,
) -> list[Candidate]:
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
    return [mutate(parents[index], space, rng) for index in drawn]


def unseen(candidates: Sequence[Candidate], seen: set[str]) -> list[Candidate]:
    """The candidates that were not seen yet, each once; they are seen from now on."""
    fresh = []
    for candidate in candidates:
        if candidate.network.canonical_hash() not in seen:
            seen.add(candidate.network.canonical_hash())
            fresh.append(candidate)
    return fresh


def first_new(
    known: Sequence[Candidate],
    space: ArchitectureSpace,
    excluded: Set[str],
    rng: np.random.Generator,
    max_looks: int = 500,
) -> Candidate:
    """A network that is not excluded, or one of the known ones if the space seems exhausted.

    Takes the known networks in their order, then walks over one-edit neighbours, breadth first.
    It looks around each network several times, since edits leave labels to chance.

    Args:
        known: Networks of the space, at least one.
        space: The search space.
        excluded: Canonical hashes of the networks to avoid.
        rng: Source of randomness.
        max_looks: How often to look around a network before giving up.

    Returns:
        The first network found that is not excluded, else a random known one.
    """
    seen: set[str] = set()
    found = unseen(known, seen)
    queue: deque[tuple[Candidate, int]] = deque()
    for n_looks in count():
        for candidate in found:
            if candidate.network.canonical_hash() not in excluded:
                return candidate
        queue.extend((found[index], _LOOKS) for index in rng.permutation(len(found)))
        if not queue or n_looks == max_looks:
            break
        candidate, looks = queue.popleft()
        found = unseen(one_edit_neighbours(candidate, space, rng), seen)
        if looks > 1:
            queue.append((candidate, looks - 1))
    return known[int(rng.integers(len(known)))]
