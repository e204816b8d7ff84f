"""What the samplers of architectures share: everything but how to choose a network."""

from __future__ import annotations

import logging
import secrets
import threading
import warnings
import zlib
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any
from typing import ParamSpec
from typing import TypeVar

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.samplers import TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import Trial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.independent_parameters import parameter_sampler_of
from optuna_nasbot.independent_parameters import warn_of_independent
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trial_request import request_of
from optuna_nasbot.trials import Origin
from optuna_nasbot.trials import is_tried_elsewhere
from optuna_nasbot.trials import origin_attributes
from optuna_nasbot.trials.constraints import ConstraintsFunction
from optuna_nasbot.trials.constraints import check_constraints_func
from optuna_nasbot.trials.constraints import missing_constraints_message
from optuna_nasbot.trials.constraints import store_constraints
from optuna_nasbot.trials.dimensions import dimensions_of
from optuna_nasbot.trials.joint_parameters import JointParameters
from optuna_nasbot.trials.joint_parameters import joint_parameters
from optuna_nasbot.trials.plan import Plan
from optuna_nasbot.trials.plan import store_plan
from optuna_nasbot.trials.private_optuna import fixed_parameters
from optuna_nasbot.trials.private_optuna import whole_study

MAX_REDRAWS = 10
"""When two workers notice that they chose the same, about one redraw in seven collides again."""

_CONSULTED: ContextVar[list[ArchitectureSampler] | None] = ContextVar("_CONSULTED", default=None)
"""The samplers whose `infer_relative_search_space` has been called while one of them finds out
whether the study's sampler, possibly a wrapper, would ask it for parameters; None at other
times."""

_P = ParamSpec("_P")
_R = TypeVar("_R")

_MAX_SEED = 2**32 - 1
"""The largest seed that Optuna's samplers take."""

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = optuna.logging.get_logger(f"optuna.{__name__}")


def _of_an_instance(hook: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a hook raise a clear error if the study got the class in place of an instance.

    Only hooks that Optuna may call before any other need it.
    """

    @wraps(hook)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not args or not isinstance(args[0], ArchitectureSampler):
            raise TypeError(
                "sampler: expected a sampler, got its class. Write it with parentheses, for "
                "instance sampler=NASBOTSampler()."
            )
        return hook(*args, **kwargs)

    return checked


@dataclass(frozen=True)
class Suggestion:
    """The choice of a sampler.

    Args:
        proposal: The configuration and where it comes from.
        progress: Describes how the search stands, for the log.
    """

    proposal: Proposal
    progress: Callable[[], str]

    @property
    def plan(self) -> Plan:
        """The configuration as a trial stores it."""
        candidates = self.proposal.candidates
        hashes = {name: each.network.canonical_hash() for name, each in candidates.items()}
        return Plan(hashes, self.proposal.parameters)


class ArchitectureSampler(BaseSampler):
    """A sampler that chooses networks, and ordinary parameters together with them.

    Whichever method a trial calls first, `sample_architecture` or `sample_relative`, chooses the
    whole configuration and stores it as a plan. Later calls keep the planned parameters as long as
    the plan agrees with what the trial has by then, and choose others otherwise. A network is
    always chosen when it is asked for, given all that is known by then.

    Args:
        seed: Seed of all random choices, below 2^32; None for a different one each time.
        parameter_sampler: The sampler of all ordinary parameters; None to choose them together
            with the networks.
        independent_sampler: The old name of `parameter_sampler`.
        warn_independent_sampling: Whether to warn about a parameter that can't be chosen together
            with the networks.
        constraints_func: A function that takes a trial that has ended and gives its constraints,
            a sequence of numbers; 0 or less satisfies a constraint.

    Raises:
        TypeError: `seed` is not a whole number, a sampler is not one of Optuna's,
            `warn_independent_sampling` is not a bool, or `constraints_func` is not a function.
        ValueError: `seed` is negative or too large, or both samplers are given.
    """

    def __init__(
        self,
        *,
        seed: int | None,
        parameter_sampler: BaseSampler | None = None,
        independent_sampler: BaseSampler | None = None,
        warn_independent_sampling: bool = True,
        constraints_func: ConstraintsFunction | None = None,
    ) -> None:
        check_constraints_func(constraints_func)
        if seed is not None:
            seed = check_whole("seed", seed, 0, _MAX_SEED)
        if not isinstance(warn_independent_sampling, bool):
            raise TypeError(
                f"warn_independent_sampling: expected True or False, got "
                f"{warn_independent_sampling!r}."
            )
        self._entropy = secrets.randbits(128) if seed is None else seed
        self._given_sampler = parameter_sampler_of(parameter_sampler, independent_sampler)
        self._independent_sampler = self._given_sampler or TPESampler(seed=seed)
        self._warns = warn_independent_sampling
        self._constraints_func = constraints_func
        self._warned_of: set[str] = set()
        self._known_constraints: Collection[str] = ()
        self.suggesting = threading.RLock()

    def choose(self, request: TrialRequest) -> Suggestion:
        """Choose a configuration for a running trial: the method that subclasses implement.

        Callers hold the lock `suggesting` until the configuration is stored, so that threads that
        share a sampler see each other's choices.

        Args:
            request: What is asked for, and what is known.

        Returns:
            A configuration of the request's space, with where it comes from.
        """
        raise NotImplementedError(
            f"{type(self).__name__}: implement choose or sample_architecture, got neither."
        )

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        """Choose a network, record in the trial where it comes from, and log it."""
        request = self._request(study, trial.number, {name: space})
        suggestion = self._stored(study, request)
        chosen = suggestion.proposal.candidates[name]
        space.check(chosen.network)  # before anything of it is stored
        origin = Origin(chosen.parent, chosen.edits)
        for key, value in origin_attributes(origin, name).items():
            trial.set_user_attr(key, value)
        if _logger.isEnabledFor(logging.INFO):
            _logger.info(f"Trial {trial.number}: {suggestion.progress()}; '{name}' is {origin}.")
        return chosen.network

    def is_tried_elsewhere(
        self, study: Study, number: int, spaces: Mapping[str, ArchitectureSpace]
    ) -> bool:
        """Whether another trial that has not failed has the configuration of a trial."""
        trials = study.get_trials(deepcopy=False)
        joint = self._joint_parameters(study, trials, number)
        kinds = {name: space.operation_set.kind for name, space in spaces.items()}
        return is_tried_elsewhere(
            trials, number, dimensions_of(trials, kinds, joint.distributions)
        )

    def _request(
        self, study: Study, number: int, spaces: Mapping[str, ArchitectureSpace]
    ) -> TrialRequest:
        trials = study.get_trials(deepcopy=False)
        self._warn_once(
            "constraints",
            lambda: missing_constraints_message(
                trials, self._constraints_func is not None, self._known_constraints
            ),
        )
        joint = self._joint_parameters(study, trials, number)
        return request_of(trials, study.directions, number, spaces, joint)

    def _warn_once(self, topic: str, message: Callable[[], str]) -> None:
        """Warn of a topic, unless this sampler has; an empty message means nothing is wrong."""
        if topic not in self._warned_of and (text := message()):
            self._warned_of.add(topic)
            warnings.warn(text, stacklevel=2)

    def _joint_parameters(
        self, study: Study, trials: Sequence[FrozenTrial], number: int
    ) -> JointParameters:
        """The parameters that Optuna is going to ask this sampler for in a trial.

        The study's sampler says which: it may be a wrapper that fixes some, or one that never asks
        this sampler for any.
        """
        joint = joint_parameters(trials) if self._is_joint(study) else JointParameters()
        if not joint.distributions:
            return joint
        own = next(each for each in trials if each.number == number)
        consulted: list[ArchitectureSampler] = []
        token = _CONSULTED.set(consulted)
        try:
            searched = study.sampler.infer_relative_search_space(study, own)
        finally:
            _CONSULTED.reset(token)
        if self not in consulted:
            return JointParameters()
        return joint.asked_for(searched, fixed_parameters(study.sampler), trials)

    def _stored(self, study: Study, request: TrialRequest) -> Suggestion:
        """Choose a configuration, and store it as the plan of the trial."""
        suggestion = self._chosen(request)
        if request.dimensions.parameters or len(request.dimensions.kinds) > 1:
            store_plan(study, request.trial, suggestion.plan, request.dimensions.parameters)
        return suggestion

    def _chosen(self, request: TrialRequest) -> Suggestion:
        """Choose the parameters first, then the network, in whatever order they are asked for."""
        if request.asked is None or not request.dimensions.parameters:
            return self.choose(request)
        planned = request.plan or self.choose(request.for_parameters()).plan
        given = request.given(planned.parameters)
        suggestion = self.choose(given)
        # In a small space all networks may have been tried with these parameters.
        rng = self.trial_rng(request.trial.number, f"{request.asked}:")
        for _ in range(MAX_REDRAWS):
            if suggestion.proposal.key not in given.excluded:
                break
            (drawn,) = request.space.completed([Proposal({})], rng)
            given = request.given(drawn.parameters)
            suggestion = self.choose(given)
        return suggestion

    def _is_joint(self, study: Study) -> bool:
        """Whether ordinary parameters are chosen together with the networks."""
        chooses = type(self).choose is not ArchitectureSampler.choose
        return chooses and self._given_sampler is None

    def trial_rng(self, trial_number: int, name: str) -> np.random.Generator:
        """Random numbers of one suggestion.

        They depend on the seed, the trial and the name only: workers with equal seeds differ,
        since their trials do, and a resumed study goes on as if it had not stopped.
        """
        return np.random.default_rng([self._entropy, trial_number, zlib.crc32(name.encode())])

    def request_rng(self, request: TrialRequest) -> np.random.Generator:
        """Random numbers of what is asked for."""
        name = ":" if request.asked is None else request.asked  # no network can be named ":"
        return self.trial_rng(request.trial.number, name)

    @_of_an_instance
    def reseed_rng(self) -> None:
        self._entropy = secrets.randbits(128)
        self._independent_sampler.reseed_rng()

    @_of_an_instance
    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        consulted = _CONSULTED.get()
        if consulted is not None:
            consulted.append(self)
        if not self._is_joint(study):
            return self._independent_sampler.infer_relative_search_space(study, trial)
        return joint_parameters(whole_study(study).get_trials(deepcopy=False)).free

    @_of_an_instance
    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        if not self._is_joint(study):
            return self._independent_sampler.sample_relative(study, trial, search_space)
        if not search_space:
            return {}
        study = whole_study(study)
        with self.suggesting:
            planned = self._planned_parameters(study, trial.number, search_space)
        return {name: planned[name] for name in search_space if name in planned}

    def _planned_parameters(
        self, study: Study, number: int, searched: Mapping[str, BaseDistribution]
    ) -> Mapping[str, Any]:
        """The parameters of a trial's plan.

        A new plan is made if there is none, if it no longer agrees with the trial, or if another
        trial turns out to have the same configuration.
        """
        for _ in range(1 + MAX_REDRAWS):
            trials = study.get_trials(deepcopy=False)
            fixed = fixed_parameters(study.sampler)
            joint = joint_parameters(trials).asked_for(searched, fixed, trials)
            request = request_of(trials, study.directions, number, {}, joint)
            if request.plan is not None and not (
                request.is_complete and is_tried_elsewhere(trials, number, request.dimensions)
            ):
                return request.plan.parameters
            suggestion = self._stored(study, request)
            if _logger.isEnabledFor(logging.INFO):
                _logger.info(f"Trial {number}: {suggestion.progress()}; parameters are chosen.")
        return suggestion.plan.parameters

    @_of_an_instance
    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        if self._warns and self._is_joint(study):
            trials = whole_study(study).get_trials(deepcopy=False)
            warn_of_independent(trials, param_name, self._independent_sampler)
        return self._independent_sampler.sample_independent(
            study, trial, param_name, param_distribution
        )

    @_of_an_instance
    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        if self._given_sampler is None:
            # As with networks, random numbers depend on the seed and the trial only.
            seeds = np.random.SeedSequence([self._entropy, trial.number])
            self._independent_sampler = TPESampler(seed=int(seeds.generate_state(1)[0]))
        self._independent_sampler.before_trial(study, trial)

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        if self._constraints_func is not None:
            store_constraints(self._constraints_func, study, trial, state)
        self._independent_sampler.after_trial(study, trial, state, values)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "suggesting"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.suggesting = threading.RLock()
