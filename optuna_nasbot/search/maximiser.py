"""The evolutionary maximiser of the acquisition function (paper, section 4 and appendix)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.mutation import one_edit_neighbours
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import unseen
from optuna_nasbot.spaces import ArchitectureSpace

Acquisition = Callable[[Sequence[Architecture]], NDArray[np.float64]]
"""Acquisition values of a list of networks; larger is better."""

_FEW_EDITS = (0.7, 0.2, 0.1)


@dataclass(frozen=True)
class SearchBudget:
    """How many networks the maximiser looks at.

    More of them make the search worse rather than better: they find networks that the surrogate
    rates too high.

    Args:
        n_incumbents: Of how many of the best networks the one-edit neighbours are candidates.
        max_neighbours: How many neighbours of one of them at most.
        n_children: How many candidates more are children of good networks.
        n_generations: How many generations evolve on the acquisition function.
        generation_size: How many children a generation has.
    """

    n_incumbents: int = 5
    max_neighbours: int = 20
    n_children: int = 40
    n_generations: int = 2
    generation_size: int = 20


def maximise(
    acquisition: Acquisition,
    parents: Sequence[Candidate],
    fitness: NDArray[np.float64],
    space: ArchitectureSpace,
    excluded: Set[str],
    rng: np.random.Generator,
    budget: SearchBudget = SearchBudget(),
) -> Candidate | None:
    """Search for the network of the space with the largest acquisition value.

    Candidates are one-edit neighbours of the fittest parents and children of parents drawn with
    probability proportional to exp(2 fitness); generations of children of the candidates with
    the best acquisition values follow.

    Args:
        acquisition: What to maximise.
        parents: n networks of the space to start from.
        fitness: Their standardised values, shape (n,); larger is better.
        space: The search space.
        excluded: Canonical hashes of the networks that must not be suggested.
        rng: Source of randomness.
        budget: How many networks to look at.

    Returns:
        The best network found that is not excluded; None if no such network was found.
    """
    order = np.argsort(-fitness, kind="stable")
    seen = set(excluded)
    found = unseen(_neighbours(parents, order, space, rng, budget), seen)
    found += unseen(children_of_fit(parents, fitness, budget.n_children, space, rng), seen)
    if not found:
        return None
    values = acquisition(_networks(found))
    for _ in range(budget.n_generations):
        children = unseen(_next_generation(found, values, space, rng, budget), seen)
        if children:
            found += children
            values = np.concatenate([values, acquisition(_networks(children))])
    return found[int(np.argmax(values))]


def _networks(candidates: Sequence[Candidate]) -> list[Architecture]:
    return [candidate.network for candidate in candidates]


def _neighbours(
    parents: Sequence[Candidate],
    order: NDArray[np.intp],
    space: ArchitectureSpace,
    rng: np.random.Generator,
    budget: SearchBudget,
) -> list[Candidate]:
    neighbours = []
    for index in order[: budget.n_incumbents]:
        neighbours += one_edit_neighbours(parents[index], space, rng, budget.max_neighbours)
    return neighbours


def _next_generation(
    found: Sequence[Candidate],
    values: NDArray[np.float64],
    space: ArchitectureSpace,
    rng: np.random.Generator,
    budget: SearchBudget,
) -> list[Candidate]:
    """Children of the candidates, the better ones more often: ranks floor(n u1 u2)."""
    order = np.argsort(-values, kind="stable")
    uniform = rng.random((budget.generation_size, 2))
    ranks = (len(found) * uniform.prod(axis=1)).astype(int)
    return [mutate(found[order[rank]], space, rng, _FEW_EDITS) for rank in ranks]
