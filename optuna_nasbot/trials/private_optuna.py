"""All that is used of Optuna beyond its public interface."""

from __future__ import annotations

from typing import Any

from optuna.samplers import BaseSampler
from optuna.samplers import PartialFixedSampler
from optuna.study import Study
from optuna.trial import FrozenTrial


def set_system_attr(study: Study, trial: FrozenTrial, key: str, value: Any) -> None:
    """Store in a running trial what is not for its user.

    Trials have no public way for that. Optuna's own samplers do it as is done here.
    """
    study._storage.set_trial_system_attr(trial._trial_id, key, value)


def whole_study(study: Study) -> Study:
    """The study that a sampler's hooks were given, with all its trials.

    `HyperbandPruner` gives hooks a study that has only the trials of one bracket. Objectives have
    the whole one, and both must choose from the same trials.
    """
    return getattr(study, "_study", study)


def fixed_parameters(sampler: BaseSampler) -> dict[str, Any]:
    """The values that a `PartialFixedSampler` gives parameters, none of any other sampler.

    It does not tell before a trial asks for them, which may be after the network.
    """
    fixed: dict[str, Any] = {}
    while isinstance(sampler, PartialFixedSampler):
        fixed = {**sampler._fixed_params, **fixed}
        sampler = sampler._base_sampler
    return fixed
