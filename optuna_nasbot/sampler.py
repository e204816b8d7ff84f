"""NASBOT: Bayesian optimisation of network architectures as an Optuna sampler."""

from __future__ import annotations

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
    searched together with them, in whatever order an objective asks. The sampler reads all that it
    knows from the study, so studies can be resumed and shared by many workers.

    Args:
        seed: Seed of all random choices, from 0 to 2^32 - 1; None for a different one each time. A
            sequential study with a seed can be repeated exactly. Workers that share a study may
            use the same seed.
        n_startup_trials: How many trials have to end before a model is fitted, at least 1. Until
            then random networks of the initial pool and around it are tried, far from each other,
            with random parameters.
        acquisition: `"log_ei"` (logarithm of the expected improvement), `"ucb"` (upper
            confidence bound) or `"ts"` (Thompson sampling).
        kernel: How the model compares networks: `"default"`, or `"paper"` for the paper's two
            distances alone (section 3.2). With `"paper"` ordinary parameters are not searched
            together with the networks; the paper's method also needs `acquisition="ucb"`. For
            experiments, a function that makes a kernel, see `optuna_nasbot.gp.kernels`.
        learn_from_failures: If True, configurations whose trials failed are not suggested again,
            and the model learns which others would fail, as it learns a constraint. If False,
            failed trials are ignored, for studies in which trials fail for reasons that have
            nothing to do with the configuration.
        parameter_sampler: A sampler for all ordinary parameters, if they are not to be searched
            together with the networks.
        independent_sampler: The old name of `parameter_sampler`.
        warn_independent_sampling: Whether to warn, once, about a parameter that is not searched
            together with the networks because not all trials have it or its range changes. A
            `TPESampler` samples such parameters.
        known: Objectives and constraints that can be computed from a network before it is
            trained, and so need no model: a mapping from the position of an objective or the name
            of a constraint to a function that gives what the objective will return or set. The
            function takes an `Architecture`, or a mapping from names to networks if trials have
            several. `{1: lambda net: count_parameters(net, inputs=9, outputs=1)}` is the second
            objective. Each function is called once for each network, hundreds of times in a
            suggestion, and must give the same value for isomorphic networks. The search needs no
            known constraint to be set in trials; Optuna and `best_architecture` see only those
            that are set.
        constraints_func: A function that takes a trial that has ended and gives its constraints,
            a sequence of numbers; 0 or less satisfies a constraint. From Optuna 5 on, call
            `trial.set_constraint` in the objective instead.

    Raises:
        TypeError: `seed` or `n_startup_trials` is not a whole number, a sampler is not one of
            Optuna's, `learn_from_failures` or `warn_independent_sampling` is not a bool, `known`
            is not a mapping to functions, or `constraints_func` is not a function.
        ValueError: `seed`, `n_startup_trials`, `acquisition` or `kernel` is out of range, or both
            samplers are given.
    """

    # Experiments override these in subclasses.
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

    def choose(self, request: TrialRequest) -> Suggestion:
        request = self._with_known(request)
        rng = self.request_rng(request)
        n, n_startup = request.n_comparable, self._n_startup_trials
        if n < n_startup:
            progress = f"start-up, {n} of {n_startup} trials have ended"
            return Suggestion(self._start(request, rng), lambda: progress)

        fitter_of = self._searches.of(request).fitter
        predicted = predictions(request, fitter_of, self._known, self._transform, rng)
        acquisition = self._acquisition_of(predicted, rng)
        fitness = self._transform(request.observed.outcomes.fitness)
        parents, fitness = request.parents(fitness, rng)
        moves, excluded = request.space.moves, request.excluded
        # While no trial satisfies all constraints, what does may be far from what was tried.
        starts = () if len(predicted.front) else request.starts(rng)
        chosen = maximise(
            acquisition, parents, fitness, moves, excluded, rng, self._budget, starts
        )
        if chosen is None:
            chosen = first_new(parents, moves, excluded, rng)
        return Suggestion(chosen, lambda: _prospects(predicted, chosen.configuration))

    def _with_known(self, request: TrialRequest) -> TrialRequest:
        """The request with known constraints, and without failures if they are to be ignored.

        Warns, once, if the known functions disagree with what trials returned or set.
        """
        observed, by_name = request.observed, request.has_several_networks
        if not self._learn_from_failures:
            observed = replace(observed, failed=())
        self._known.check_positions(len(observed.outcomes.signs))
        self._warn_once("known", lambda: self._known.disagreement(observed, by_name))
        return replace(request, observed=self._known.entered(observed, by_name))

    def _start(self, request: TrialRequest, rng: np.random.Generator) -> Proposal:
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
