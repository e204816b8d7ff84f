"""The evolutionary baseline: the same spaces and edits without a model."""

from __future__ import annotations

from optuna.samplers import BaseSampler

from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.gp import warp
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.initial_design import in_turn
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials.constraints import ConstraintsFunction

_N_START = 12
"""How many networks of the initial pool are tried first, if it has so many."""
_N_TRIES = 20
"""How many children are made, of which the first that is new is tried."""


class EvolutionSampler(ArchitectureSampler):
    """Searches networks by evolution, the baseline of the NASBOT paper (section 5).

    First the initial pool is tried, or 12 networks of it, with random parameters. After that each
    network is a child of one that was tried, made by one to five random edits. Parents are drawn
    with probability proportional to exp(2 value), where values are warped and standardised.
    Ordinary parameters, if there are any, are chosen before the network: they are those of a
    parent that is drawn in the same way, kept or changed by random steps.

    Args:
        seed: Seed of all random choices, from 0 to 2^32 - 1; None for a different one each time. A
            sequential study with a seed can be repeated exactly.
        parameter_sampler: A sampler for all ordinary parameters, if they are not to be evolved
            together with the networks.
        independent_sampler: The old name of `parameter_sampler`.
        warn_independent_sampling: Whether to warn, once, about a parameter that is not evolved
            together with the networks because not all trials have it or its range changes. A
            `TPESampler` samples such parameters.
        constraints_func: A function that takes a trial that has ended and gives its constraints,
            a sequence of numbers; 0 or less satisfies a constraint. From Optuna 5 on, call
            `trial.set_constraint` in the objective instead.

    Raises:
        TypeError: `seed` is not a whole number, a sampler is not one of Optuna's,
            `warn_independent_sampling` is not a bool, or `constraints_func` is not a function.
        ValueError: `seed` is negative or too large, or both samplers are given.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        parameter_sampler: BaseSampler | None = None,
        independent_sampler: BaseSampler | None = None,
        warn_independent_sampling: bool = True,
        constraints_func: ConstraintsFunction | None = None,
    ) -> None:
        super().__init__(
            seed=seed,
            parameter_sampler=parameter_sampler,
            independent_sampler=independent_sampler,
            warn_independent_sampling=warn_independent_sampling,
            constraints_func=constraints_func,
        )

    def choose(self, request: TrialRequest) -> Suggestion:
        space, observed, rng = request.space, request.observed, self.request_rng(request)
        ended = (*observed.finished, *observed.failed)
        n = sum(each.configuration in space for each in ended)
        start = _start(request)
        if n < len(start):
            candidates = space.completed(start, rng)
            progress = f"start-up, {n} of {len(start)} networks were tried"
        else:
            parents, fitness = request.parents(warp(observed.outcomes.fitness), rng)
            children = children_of_fit(parents, fitness, _N_TRIES, space.moves, rng)
            candidates = [*children, *parents]
            progress = f"evolving from {len(parents)} networks"
        chosen = first_new(candidates, space.moves, request.excluded, rng)
        return Suggestion(chosen, lambda: progress)


def _start(request: TrialRequest) -> list[Proposal]:
    """What is tried first."""
    if request.asked is None:
        return [Proposal({})] * _N_START
    pool = request.pool[:_N_START]
    return proposals_of(request.asked, map(Candidate, in_turn(pool, request.trial.number)))
