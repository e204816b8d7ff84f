"""Obtains, checks and stores the network of a trial, and redraws it if another worker has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture_sampler import MAX_REDRAWS
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import architecture_attributes
from optuna_nasbot.wrapped import ChoosesArchitectures

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = optuna.logging.get_logger(f"optuna.{__name__}")


@dataclass(frozen=True)
class SuggestionWriter:
    """Finds a network for a trial, and stores it in the trial's user attributes.

    Args:
        trial: The running trial, as Optuna's samplers and storages know it.
        name: The name of the network.
        space: The search space.
    """

    trial: Any
    name: str
    space: ArchitectureSpace

    def write_random(self) -> Architecture:
        """Store a random network of the space."""
        rng = np.random.default_rng()
        pool = self.space.initial_pool
        start = Candidate(pool[rng.integers(len(pool))])
        return self._stored(mutate(start, self.space, rng).network)

    def write_choice_of(self, sampler: ChoosesArchitectures) -> Architecture:
        """Store the choice of a sampler.

        Samplers of this package choose another network if it turns out that another worker tries
        the same. Workers that choose at the same instant don't know each other's choices, but all
        can read them once they are written: at least the worker that writes last sees the
        duplicate and draws again.

        Raises:
            ArchitectureError: The choice is not of the space.
        """
        if not isinstance(sampler, ArchitectureSampler):
            return self._stored(self._choice_of(sampler))
        with sampler.suggesting:
            architecture = self._stored(self._choice_of(sampler))
            for _ in range(MAX_REDRAWS):
                study, number = self.trial.study, self.trial.number
                if not sampler.is_tried_elsewhere(study, number, {self.name: self.space}):
                    break
                _logger.info(
                    f"Trial {number}: another trial has the same architecture '{self.name}'; "
                    "another one is drawn."
                )
                before, architecture = architecture, self._stored(self._choice_of(sampler))
                if architecture.canonical_hash() == before.canonical_hash():
                    break  # nothing else was found; its layers may be numbered in another way
        return architecture

    def checked(self, architecture: Architecture, origin: str) -> Architecture:
        """Return the network if it is in the space.

        Args:
            architecture: A network.
            origin: Where it comes from; completes the sentence "the architecture that ...".

        Raises:
            ArchitectureError: It is not of the space.
        """
        try:
            self.space.check(architecture)
        except ArchitectureError as error:
            raise ArchitectureError(
                f"The architecture '{self.name}' that {origin} is not of the space. {error} "
                "Try a network of the space, or widen the limits of the space."
            ) from None
        return architecture

    def _choice_of(self, sampler: ChoosesArchitectures) -> Architecture:
        chosen = sampler.sample_architecture(self.trial.study, self.trial, self.name, self.space)
        return self.checked(chosen, f"{type(sampler).__name__} chose")

    def _stored(self, architecture: Architecture) -> Architecture:
        for key, value in architecture_attributes(architecture, self.name).items():
            self.trial.set_user_attr(key, value)
        return architecture
