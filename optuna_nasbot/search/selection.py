"""Which proposals parents have as children, and which of them are new."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from collections.abc import Set
from itertools import count

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.search.moves import Moves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.trials.configuration import Key

_LOOKS = 10
"""How often to look around one proposal: what an edit does at a place is random."""


def children_of_fit(
    parents: Sequence[Proposal],
    fitness: NDArray[np.float64],
    n: int,
    moves: Moves,
    rng: np.random.Generator,
) -> list[Proposal]:
    """Random children of parents drawn with probability proportional to exp(2 fitness).

    Args:
        parents: Proposals within the search spaces.
        fitness: Their standardised values, shape (n_parents,); larger is better.
        n: The number of children.
        moves: What can be made of a proposal.
        rng: Source of randomness.

    Returns:
        n proposals, possibly some of them equal to each other or to their parents.
    """
    weights = np.exp(2.0 * (fitness - fitness.max()))
    drawn = rng.choice(len(parents), size=n, p=weights / weights.sum())
    return [moves.child(parents[index], rng) for index in drawn]


def unseen(proposals: Sequence[Proposal], seen: set[Key]) -> list[Proposal]:
    """The proposals that were not seen yet, each once; their keys are added to `seen`."""
    fresh = []
    for proposal in proposals:
        if proposal.key not in seen:
            seen.add(proposal.key)
            fresh.append(proposal)
    return fresh


def first_new(
    known: Sequence[Proposal],
    moves: Moves,
    excluded: Set[Key],
    rng: np.random.Generator,
    max_looks: int = 500,
) -> Proposal:
    """A proposal that is not excluded, or one of the known ones if the space seems exhausted.

    Takes the known ones in their order, then walks over neighbours, breadth first. It looks around
    each several times, since edits leave labels to chance.

    Args:
        known: Proposals within the search spaces, at least one.
        moves: What can be made of a proposal.
        excluded: Keys of the configurations to avoid.
        rng: Source of randomness.
        max_looks: How often, over all proposals, to look around one before giving up.

    Returns:
        The first proposal found that is not excluded, else a random known one.
    """
    seen: set[Key] = set()
    found = unseen(known, seen)
    queue: deque[tuple[Proposal, int]] = deque()
    for n_looks in count():
        for proposal in found:
            if proposal.key not in excluded:
                return proposal
        queue.extend((found[index], _LOOKS) for index in rng.permutation(len(found)))
        if not queue or n_looks == max_looks:
            break
        proposal, looks = queue.popleft()
        found = unseen(moves.neighbours(proposal, rng), seen)
        if looks > 1:
            queue.append((proposal, looks - 1))
    return known[int(rng.integers(len(known)))]
