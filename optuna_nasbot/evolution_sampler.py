"""The evolutionary baseline: the same spaces and edits without a model."""

from __future__ import annotations

from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.architecture_sampler import check_single_objective
from optuna_nasbot.gp import warp
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.initial_design import in_turn
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import children_of_fit
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import observe

_N_START = 12
"""How many networks of the initial pool are tried first, if it has so many."""
_N_TRIES = 20


class EvolutionSampler(ArchitectureSampler):
    """Searches networks by evolution, the baseline of the NASBOT paper (section 5).

    The initial pool first, or 12 networks of it; then each network is a child of one that was
    tried, made by one to five random edits, where parents are drawn with probability proportional
    to exp(2 value), the values warped and standardised.

    Args:
        seed: Seed of all random choices. A sequential study with a seed can be repeated exactly.
        independent_sampler: The sampler of ordinary parameters; None for a `TPESampler`.

    Raises:
        TypeError: `seed` is no whole number or `independent_sampler` is no sampler.
        ValueError: `seed` is negative or too large.
    """

    def __init__(
        self, *, seed: int | None = None, independent_sampler: BaseSampler | None = None
    ) -> None:
        super().__init__(seed=seed, independent_sampler=independent_sampler)

    def choose(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Suggestion:
        check_single_objective(study)
        observed = observe(study, name, space.operation_set.kind, exclude=trial.number)
        rng = self.trial_rng(trial.number, name)
        pool, moves = space.initial_pool[:_N_START], NetworkMoves(name, space)
        networks = observed.networks
        inside = [i for i, network in enumerate(networks) if network in space]
        if len(inside) < len(pool):
            candidates = proposals_of(name, map(Candidate, in_turn(pool, trial.number)))
            progress = f"start-up, {len(inside)} of {len(pool)} networks have a value"
        else:
            tried = [Candidate(networks[i], observed.finished[i].trial.number) for i in inside]
            parents, fitness = proposals_of(name, tried), warp(observed.values)[inside]
            candidates = [*children_of_fit(parents, fitness, _N_TRIES, moves, rng), *parents]
            progress = f"evolving from {len(parents)} networks"
        return Suggestion(first_new(candidates, moves, observed.excluded, rng), lambda: progress)
