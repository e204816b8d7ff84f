"""What the samplers of architectures share: everything but how to choose a network."""

from __future__ import annotations

import logging
import secrets
import threading
import zlib
from collections.abc import Callable
from collections.abc import Sequence
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
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Origin
from optuna_nasbot.trials import origin_attributes

_P = ParamSpec("_P")
_R = TypeVar("_R")

_MAX_SEED = 2**32 - 1
"""The largest seed that Optuna's samplers take."""

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = optuna.logging.get_logger(f"optuna.{__name__}")


def _of_an_instance(hook: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a hook that Optuna calls first say so if the study got a class in place of a sampler."""

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


class ArchitectureSampler(BaseSampler):
    """A sampler that chooses networks itself and leaves ordinary parameters to another one.

    Args:
        seed: Seed of all random choices, below 2^32; None for a different one each time.
        independent_sampler: The sampler of ordinary parameters; None for a `TPESampler`.

    Raises:
        TypeError: `seed` is no whole number or `independent_sampler` is no sampler.
        ValueError: `seed` is negative or too large.
    """

    def __init__(self, *, seed: int | None, independent_sampler: BaseSampler | None) -> None:
        if seed is not None:
            seed = check_whole("seed", seed, 0, _MAX_SEED)
        if independent_sampler is not None and not isinstance(independent_sampler, BaseSampler):
            raise TypeError(
                f"independent_sampler: expected an Optuna sampler, got {independent_sampler!r}."
            )
        self._entropy = secrets.randbits(128) if seed is None else seed
        self._given_sampler = independent_sampler
        self._independent_sampler = independent_sampler or TPESampler(seed=seed)
        self.suggesting = threading.RLock()

    def choose(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Suggestion:
        """Choose a network for a running trial: the method that subclasses implement.

        Callers hold the lock `suggesting` until the network is stored, so that threads which share
        a sampler see each other's networks. Arguments are those of `ChoosesArchitectures`.

        Returns:
            A network of the space, with where it comes from.
        """
        raise NotImplementedError(
            f"{type(self).__name__}: implement choose or sample_architecture, got neither."
        )

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        """Choose a network, record in the trial where it comes from, and log it."""
        suggestion = self.choose(study, trial, name, space)
        chosen = suggestion.proposal.candidates[name]
        origin = Origin(chosen.parent, chosen.edits)
        for key, value in origin_attributes(origin, name).items():
            trial.set_user_attr(key, value)
        if _logger.isEnabledFor(logging.INFO):
            _logger.info(f"Trial {trial.number}: {suggestion.progress()}; '{name}' is {origin}.")
        return chosen.network

    def trial_rng(self, trial_number: int, name: str) -> np.random.Generator:
        """Random numbers of one suggestion.

        They depend on the seed, the trial and the name only: workers with equal seeds differ,
        and a resumed study goes on as if it had not stopped.
        """
        return np.random.default_rng([self._entropy, trial_number, zlib.crc32(name.encode())])

    @_of_an_instance
    def reseed_rng(self) -> None:
        self._entropy = secrets.randbits(128)
        self._independent_sampler.reseed_rng()

    @_of_an_instance
    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._independent_sampler.infer_relative_search_space(study, trial)

    @_of_an_instance
    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._independent_sampler.sample_relative(study, trial, search_space)

    @_of_an_instance
    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
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
        self._independent_sampler.after_trial(study, trial, state, values)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "suggesting"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.suggesting = threading.RLock()


def check_single_objective(study: Study) -> None:
    """Refuse studies with several objectives.

    Raises:
        ValueError: The study has several objectives.
    """
    if len(study.directions) > 1:
        raise ValueError(
            f"study: architectures can be searched for one objective only, got "
            f"{len(study.directions)} directions. Combine the objectives into one."
        )
