"""NASBOT: Bayesian optimisation of network architectures as an Optuna sampler."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.acquisition.criterion import Criterion
from optuna_nasbot.acquisition.criterion import criterion
from optuna_nasbot.acquisition.expected_improvement import expected_improvement
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.architecture_sampler import check_single_objective
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernels import KernelName
from optuna_nasbot.gp.kernels import MakeKernel
from optuna_nasbot.gp.kernels import kernel_named
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.targets import Transform
from optuna_nasbot.gp.warping import warp
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.search.initial_design import start_network
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.search.maximiser import maximise
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import observe
from optuna_nasbot.trials.observations import configurations

_MAX_PREPARED = 16
"""Number of pairs of a name and a space whose distances and model are kept. An objective may make
a new space in each trial."""
_MAX_UNFINISHED = 100
"""How many running and how many failed networks the model takes note of, the latest ones: those of
workers that were killed run forever. Older ones are not suggested again either."""


class NASBOTSampler(ArchitectureSampler):
    """Searches networks by Bayesian optimisation with optimal transport (Kandasamy et al. 2018).

    Networks come from `suggest_architecture`; ordinary parameters beside them are left to
    another sampler. All that the sampler knows it reads from the study, so that studies can be
    resumed and shared by many workers.

    Args:
        seed: Seed of all random choices. A sequential study with a seed can be repeated exactly.
            Workers that share a study may have the same.
        n_startup_trials: How many trials with a value the model needs; until then networks of
            the initial pool and around it are tried, random ones that are far from each other.
        acquisition: `"log_ei"` (logarithm of the expected improvement), `"ucb"` (upper
            confidence bound) or `"ts"` (Thompson sampling).
        kernel: What the model compares networks by: `"default"`, or `"paper"` for the two
            distances of the paper alone, whose acquisition is `"ucb"`. For experiments also a
            function that makes a kernel, see `optuna_nasbot.gp.kernels`.
        learn_from_failures: Whether networks whose trials failed are not suggested again and make
            networks like them less likely. False leaves them out entirely, for studies in which
            trials fail for reasons that have nothing to do with the network.
        independent_sampler: The sampler of ordinary parameters; None for a `TPESampler`.

    Raises:
        TypeError: `independent_sampler` is no sampler or `learn_from_failures` no bool.
        ValueError: Another argument is out of range.
    """

    # What experiments change in subclasses.
    _budget = SearchBudget()
    _transform: Transform = staticmethod(warp)

    def __init__(
        self,
        *,
        seed: int | None = None,
        n_startup_trials: int = 5,
        acquisition: AcquisitionName = "log_ei",
        kernel: KernelName | MakeKernel = "default",
        learn_from_failures: bool = True,
        independent_sampler: BaseSampler | None = None,
    ) -> None:
        super().__init__(seed=seed, independent_sampler=independent_sampler)
        if acquisition not in get_args(AcquisitionName):
            raise ValueError(
                f"acquisition: expected one of {list(get_args(AcquisitionName))}, "
                f"got {acquisition!r}."
            )
        if not isinstance(learn_from_failures, bool):
            raise TypeError(
                f"learn_from_failures: expected True or False, got {learn_from_failures!r}."
            )
        if not callable(kernel) and kernel not in get_args(KernelName):
            raise ValueError(
                f"kernel: expected one of {list(get_args(KernelName))} or a function that makes "
                f"a kernel, got {kernel!r}."
            )
        self._kernel_of = kernel if callable(kernel) else kernel_named(kernel)
        self._learn_from_failures = learn_from_failures
        self._n_startup_trials = check_whole("n_startup_trials", n_startup_trials, 1)
        self._acquisition: AcquisitionName = acquisition
        self._prepared: dict[
            tuple[str, ArchitectureSpace], tuple[NetworkDistances, SurrogateFitter]
        ] = {}

    def choose(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Suggestion:
        check_single_objective(study)
        observed = observe(study, name, space.operation_set.kind, exclude=trial.number)
        if not self._learn_from_failures:
            observed = replace(observed, failed=())
        rng = self.trial_rng(trial.number, name)
        distances, fitter = self._prepared_search(name, space)
        n, n_startup = len(observed.finished), self._n_startup_trials
        if n < n_startup:
            started = start_network(observed.tried, name, space, distances, rng)
            progress = f"start-up, {n} of {n_startup} networks have a value"
            return Suggestion(started, lambda: progress)

        targets = Targets(observed.values, self._transform)
        failed = configurations(observed.failed[-_MAX_UNFINISHED:])
        running = configurations(observed.running[-_MAX_UNFINISHED:])
        surrogate = fitter.fit(configurations(observed.finished), targets, failed)
        surrogate = surrogate.hallucinate(running)
        best = targets.all.max()
        acquisition = self._acquisition_of(surrogate, best, rng)
        parents, fitness = _parents(observed, targets, space)
        moves, excluded = NetworkMoves(name, space), observed.excluded
        chosen = maximise(acquisition, parents, fitness, moves, excluded, rng, self._budget)
        if chosen is None:
            chosen = first_new(parents, moves, excluded, rng)
        predict = partial(surrogate.predict, [chosen.configuration])
        return Suggestion(chosen, lambda: _prospects(*predict(), best))

    def _acquisition_of(
        self, surrogate: Surrogate, best: float, rng: np.random.Generator
    ) -> Criterion:
        return criterion(self._acquisition, surrogate, best, rng)

    def _prepared_search(
        self, name: str, space: ArchitectureSpace
    ) -> tuple[NetworkDistances, SurrogateFitter]:
        prepared = self._prepared.pop((name, space), None)
        if prepared is None:
            distances = network_distances(space)
            prepared = distances, SurrogateFitter(self._kernel_of({name: distances}))
        self._prepared[name, space] = prepared  # the last one is the one used last
        if len(self._prepared) > _MAX_PREPARED:
            self._prepared.pop(next(iter(self._prepared)))
        return prepared

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_prepared": {}}


def _parents(
    observed: Observations, targets: Targets, space: ArchitectureSpace
) -> tuple[list[Proposal], NDArray[np.float64]]:
    """What the search starts from, with its fitness: the observed networks of the space.

    Where none is of the space, the initial pool.
    """
    networks = observed.networks
    inside = [i for i, network in enumerate(networks) if network in space]
    if not inside:
        pool = proposals_of(observed.name, map(Candidate, space.initial_pool))
        return pool, np.zeros(len(pool))
    parents = [Candidate(networks[i], observed.finished[i].trial.number) for i in inside]
    return proposals_of(observed.name, parents), targets.all[inside]


def _prospects(mean: NDArray[np.float64], std: NDArray[np.float64], best: float) -> str:
    """What the model expects of a network."""
    improvement = expected_improvement(mean, std, best)
    return f"expected improvement over the best: {improvement[0]:.2g} standard deviations"
