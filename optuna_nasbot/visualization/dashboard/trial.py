"""A finished trial in the form that optuna-dashboard takes."""

from __future__ import annotations

import copy

from optuna.samplers import RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import Trial

from optuna_nasbot.trials.private_optuna import trial_id


def stored_trial(study: Study, trial: FrozenTrial) -> Trial:
    """The trial as an object that knows its study and storage, as the dashboard's functions want.

    Args:
        study: Its study.
        trial: A trial as callbacks get it.
    """
    # A new Trial tells the study's sampler that it begins, which this one does not.
    without_sampler = copy.copy(study)
    without_sampler.sampler = RandomSampler()
    return Trial(without_sampler, trial_id(trial))
