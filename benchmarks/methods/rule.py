"""A sampler that is a rule: what was observed says what to try next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot import Architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import observe

Rule = Callable[[Observations, ArchitectureSpace, np.random.Generator], Architecture]
"""(observations of one name, space, source of randomness) -> the network to try next."""


class RuleSampler(ArchitectureSampler):
    """Chooses networks by a rule."""

    def __init__(self, rule: Rule, *, seed: int) -> None:
        super().__init__(seed=seed, independent_sampler=None)
        self._rule = rule

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        trials = [each for each in study.get_trials(deepcopy=False) if each.number != trial.number]
        observed = observe(trials, study.directions, Dimensions({name: space.operation_set.kind}))
        return self._rule(observed, space, self.trial_rng(trial.number, name))
