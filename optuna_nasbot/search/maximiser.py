"""The evolutionary maximiser of the acquisition function (paper, section 4 and appendix)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.search.moves import Moves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import configurations_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import unseen
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import Key

Acquisition = Callable[[Sequence[Configuration]], NDArray[np.float64]]
"""Acquisition values of a list of configurations; larger is better."""

_FEW_STEPS = (0.7, 0.2, 0.1)
"""Probabilities of 1, 2 and 3 steps from a candidate to its child."""
_N_REFINED = 3
"""How many of the best proposals have their numeric parameters refined."""


@dataclass(frozen=True)
class SearchBudget:
    """How many configurations the maximiser looks at.

    Larger budgets make the search worse rather than better: they find networks that the surrogate
    overrates.

    Args:
        n_incumbents: Number of best networks whose one-edit neighbours are candidates.
        max_neighbours: Largest number of neighbours of one of them.
        n_children: Number of candidates that are children of good networks.
        n_generations: Number of generations that evolve on the acquisition function.
        generation_size: Number of children of a generation.
        refinements: Sizes of the steps, on scales from 0 to 1, of the rounds that refine the
            numeric parameters of the best candidates.
    """

    n_incumbents: int = 5
    max_neighbours: int = 20
    n_children: int = 40
    n_generations: int = 2
    generation_size: int = 20
    refinements: tuple[float, ...] = (0.1, 0.03, 0.01)


def maximise(
    acquisition: Acquisition,
    parents: Sequence[Proposal],
    fitness: NDArray[np.float64],
    moves: Moves,
    excluded: Set[Key],
    rng: np.random.Generator,
    budget: SearchBudget = SearchBudget(),
    starts: Sequence[Proposal] = (),
) -> Proposal | None:
    """Search for the configuration with the largest acquisition value.

    Candidates are one-edit neighbours of the fittest parents and children of parents drawn with
    probability proportional to exp(2 fitness); generations of children of the candidates with
    the best acquisition values follow, then a local search of the numeric parameters of the best.

    Args:
        acquisition: What to maximise.
        parents: n proposals within the search spaces to start from.
        fitness: Their standardised values, shape (n,); larger is better.
        moves: What can be made of a proposal.
        excluded: Keys of the configurations that must not be suggested.
        rng: Source of randomness.
        budget: How many configurations to look at.
        starts: Further proposals to look at, and to start from.

    Returns:
        The best proposal found that is not excluded; None if there is none.
    """
    order = np.argsort(-fitness, kind="stable")
    seen = set(excluded)
    found = unseen(_neighbours(parents, order, moves, rng, budget), seen)
    # With other parameters than it had, a network that was tried may be the best choice.
    found += unseen([parents[index] for index in order[: budget.n_incumbents]], seen)
    found += unseen(children_of_fit(parents, fitness, budget.n_children, moves, rng), seen)
    found += unseen(starts, seen)
    if not found:
        return None
    values = acquisition(configurations_of(found))
    for _ in range(budget.n_generations):
        children = unseen(_next_generation(found, values, moves, rng, budget), seen)
        if children:
            found += children
            values = np.concatenate([values, acquisition(configurations_of(children))])
    for size in budget.refinements:
        children = unseen(_refined(found, values, moves, size, rng), seen)
        if children:
            found += children
            values = np.concatenate([values, acquisition(configurations_of(children))])
    return found[int(np.argmax(values))]


def _refined(
    found: Sequence[Proposal],
    values: NDArray[np.float64],
    moves: Moves,
    size: float,
    rng: np.random.Generator,
) -> list[Proposal]:
    """The best proposals with small steps of their numeric parameters."""
    best = np.argsort(-values, kind="stable")[:_N_REFINED]
    return [child for index in best for child in moves.refined(found[index], size, rng)]


def _neighbours(
    parents: Sequence[Proposal],
    order: NDArray[np.intp],
    moves: Moves,
    rng: np.random.Generator,
    budget: SearchBudget,
) -> list[Proposal]:
    neighbours = []
    for index in order[: budget.n_incumbents]:
        neighbours += moves.neighbours(parents[index], rng, budget.max_neighbours)
    return neighbours


def _next_generation(
    found: Sequence[Proposal],
    values: NDArray[np.float64],
    moves: Moves,
    rng: np.random.Generator,
    budget: SearchBudget,
) -> list[Proposal]:
    """Children of the proposals, of the better ones more often: of ranks floor(n u1 u2)."""
    order = np.argsort(-values, kind="stable")
    uniform = rng.random((budget.generation_size, 2))
    ranks = (len(found) * uniform.prod(axis=1)).astype(int)
    return [moves.child(found[order[rank]], rng, _FEW_STEPS) for rank in ranks]
