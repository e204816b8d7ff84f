"""NASBOT: Bayesian optimisation of network architectures as an Optuna sampler."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import get_args

import numpy as np
from optuna.samplers import BaseSampler
from optuna.study import Study

from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.acquisition.criterion import Criterion
from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.acquisition.criterion import criterion
from optuna_nasbot.acquisition.expected_improvement import expected_improvement
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.gp.kernels import JointKernel
from optuna_nasbot.gp.kernels import KernelName
from optuna_nasbot.gp.kernels import MakeKernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.kernels import kernel_named
from optuna_nasbot.gp.targets import Transform
from optuna_nasbot.gp.warping import warp
from optuna_nasbot.known_outcomes import KnownFunctions
from optuna_nasbot.known_outcomes import KnownOutcomes
from optuna_nasbot.predictions import predictions
from optuna_nasbot.search.initial_design import start_proposal
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.search.maximiser import maximise
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.selection import first_new
from optuna_nasbot.searches import Searches
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.constraints import ConstraintsFunction


class NASBOTSampler(ArchitectureSampler):
    """Searches networks by Bayesian optimisation with optimal transport (Kandasamy et al. 2018).

    Networks come from `suggest_architecture`. Ordinary parameters that every trial asks for are
    searched together with them, in whatever order an objective asks. All that the sampler knows it
    reads from the study, so that studies can be resumed and shared by many workers.

    Args:
        seed: Seed of all random choices. A sequential study with a seed can be repeated exactly.
            Workers that share a study may have the same.
        n_startup_trials: How many trials have to end before there is a model; until then networks
            of the initial pool and around it are tried, random ones that are far from each other,
            with random parameters.
        acquisition: `"log_ei"` (logarithm of the expected improvement), `"ucb"` (upper
            confidence bound) or `"ts"` (Thompson sampling).
        kernel: What the model compares networks by: `"default"`, or `"paper"` for the two
            distances of the paper alone, with which networks are searched without the
            parameters. (The method of the paper takes `acquisition="ucb"` with it.) For
            experiments also a function that makes a kernel, see `optuna_nasbot.gp.kernels`.
        learn_from_failures: Whether configurations whose trials failed are not suggested again
            and the model learns which others would fail, as if that were a constraint. False
            leaves them out entirely, for studies in which trials fail for reasons that have
            nothing to do with the configuration.
        parameter_sampler: A sampler for all ordinary parameters, if they are not to be searched
            together with the networks.
        independent_sampler: The old name of `parameter_sampler`.
        warn_independent_sampling: Whether to warn, once, of a parameter that is not searched
            together with the networks, since not all trials have it or its range changes. A
            `TPESampler` samples it then.
        known: What can be computed of a network before it is trained, and so needs no model:
            functions of an `Architecture` (of networks by their names, if a trial has several)
            that give what the objective returns or sets, by the position of an objective or the
            name of a constraint. `{1: lambda net: count_parameters(net, inputs=9, outputs=1)}`
            is the second objective. They are asked once for each network, hundreds of times in
            a suggestion, and have to give the same value for isomorphic ones. A known constraint
            need not be set for the search; Optuna and `best_architecture` see what is set.
        constraints_func: A function that gives the constraints of a trial that has ended, a
            sequence of numbers of which 0 and less are satisfied. Since Optuna 5 objectives call
            `trial.set_constraint` instead.

    Raises:
        TypeError: A sampler is none, `learn_from_failures` or `warn_independent_sampling` no
            bool, or `constraints_func` no function.
        ValueError: Another argument is out of range, or both samplers are given.
    """

    # What experiments change in subclasses.
    _budget = SearchBudget()
    _transform: Transform = staticmethod(warp)
    _joint_kernel: JointKernel = staticmethod(joint_kernel)

    def __init__(
        self,
        *,
        seed: int | None = None,
        n_startup_trials: int = 5,
        acquisition: AcquisitionName = "log_ei",
        kernel: KernelName | MakeKernel = "default",
        learn_from_failures: bool = True,
        parameter_sampler: BaseSampler | None = None,
        independent_sampler: BaseSampler | None = None,
        warn_independent_sampling: bool = True,
        known: KnownFunctions | None = None,
        constraints_func: ConstraintsFunction | None = None,
    ) -> None:
        super().__init__(
            seed=seed,
            parameter_sampler=parameter_sampler,
            independent_sampler=independent_sampler,
            warn_independent_sampling=warn_independent_sampling,
            constraints_func=constraints_func,
        )
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
        self._searches_parameters = kernel != "paper"
        make_kernel = kernel if callable(kernel) else kernel_named(kernel)
        self._searches = Searches(make_kernel, self._joint_kernel)
        self._learn_from_failures = learn_from_failures
        self._n_startup_trials = check_whole("n_startup_trials", n_startup_trials, 1)
        self._acquisition: AcquisitionName = acquisition
        self._known = KnownOutcomes(known)
        self._known_constraints = self._known.constraints
        self._has_told_of_known = False

    def choose(self, request: TrialRequest) -> Suggestion:
        if not self._learn_from_failures:
            request = replace(request, observed=replace(request.observed, failed=()))
        self._check_known(request)
        observed = self._known.entered(request.observed, request.has_several_networks)
        request = replace(request, observed=observed)
        rng = self.request_rng(request)
        space, n, n_startup = request.space, request.n_comparable, self._n_startup_trials
        if n < n_startup:
            started = self._started(request, rng)
            progress = f"start-up, {n} of {n_startup} trials have ended"
            return Suggestion(started, lambda: progress)

        fitter_of = self._searches.of(request).fitter
        predicted = predictions(request, fitter_of, self._known, self._transform, rng)
        acquisition = self._acquisition_of(predicted, rng)
        fitness = self._transform(observed.outcomes.fitness)
        parents, fitness = request.parents(fitness, rng)
        excluded = request.excluded
        # Where nothing satisfies the constraints yet, what does may be far from what was tried.
        starts = () if len(predicted.front) else request.starts(rng)
        chosen = maximise(
            acquisition, parents, fitness, space.moves, excluded, rng, self._budget, starts
        )
        if chosen is None:
            chosen = first_new(parents, space.moves, excluded, rng)
        return Suggestion(chosen, lambda: _prospects(predicted, chosen.configuration))

    def _check_known(self, request: TrialRequest) -> None:
        """Check what is known against what trials returned; a difference is told once."""
        self._known.check_positions(len(request.observed.outcomes.signs))
        if self._has_told_of_known:
            return
        told = self._known.disagreement(request.observed, request.has_several_networks)
        if told:
            self._has_told_of_known = True
            warnings.warn(told, stacklevel=2)

    def _started(self, request: TrialRequest, rng: np.random.Generator) -> Proposal:
        """What to try before there is a model."""
        if request.asked is None:
            return request.space.completed([Proposal({})], rng)[0]
        name, space = request.asked, request.space.spaces[request.asked]
        distances = self._searches.of_network(name, space).distances[name]
        pool = request.pool
        # Whether trials have a single network can't be known before one has ended.
        if request.observed.finished and not request.has_several_networks:
            pool = self._known.allowed(pool, name)
        return start_proposal(request.observed.tried, request.space, name, pool, distances, rng)

    def _acquisition_of(self, predicted: Predictions, rng: np.random.Generator) -> Criterion:
        return criterion(self._acquisition, predicted, rng)

    def _is_joint(self, study: Study) -> bool:
        return super()._is_joint(study) and self._searches_parameters


def _prospects(predicted: Predictions, chosen: Configuration) -> str:
    """What the model expects of a configuration."""
    if len(predicted.objectives) > 1 or not len(predicted.front):
        return f"{len(predicted.front)} trials with a value satisfy all constraints"
    mean, std = predicted.objectives[0].predict([chosen])
    improvement = expected_improvement(mean, std, predicted.front.max())
    return f"expected improvement over the best: {improvement[0]:.2g} standard deviations"
