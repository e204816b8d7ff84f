"""All that is used of Optuna beyond its public interface."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from optuna.samplers import BaseSampler
from optuna.samplers import PartialFixedSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

_CONSTRAINTS = "constraints"
_ENQUEUED = "fixed_params"


def set_system_attr(study: Study, trial: FrozenTrial, key: str, value: Any) -> None:
    """Store a system attribute, which is not for users, in a running trial.

    Trials have no public way to do that. Optuna's own samplers do it as is done here.
    """
    study._storage.set_trial_system_attr(trial_id(trial), key, value)


def trial_id(trial: FrozenTrial) -> int:
    """The number by which the storage knows a trial, which has no public name for it."""
    return trial._trial_id


def enqueued_parameters(trial: FrozenTrial) -> dict[str, Any] | None:
    """The parameters that a trial was enqueued with; None if it was not enqueued."""
    enqueued: dict[str, Any] | None = trial.system_attrs.get(_ENQUEUED)
    return enqueued


def whole_study(study: Study) -> Study:
    """The study that a sampler's hooks were given, with all its trials.

    `HyperbandPruner` gives hooks a study that has only the trials of one bracket. Objectives have
    the whole one, and both must choose from the same trials.
    """
    return getattr(study, "_study", study)


def stored_constraints(trial: FrozenTrial) -> dict[str, float]:
    """The constraints of a trial by name; those without one have their position as a name.

    `constraints_func` stores a list, and `Trial.set_constraint`, since Optuna 5, each by its name.
    A study may have trials of both kinds, and older versions don't read the second.
    """
    listed = trial.system_attrs.get(_CONSTRAINTS) or ()
    named = {
        key.removeprefix(f"{_CONSTRAINTS}:"): value
        for key, value in trial.system_attrs.items()
        if key.startswith(f"{_CONSTRAINTS}:")
    }
    return {**{str(index): value for index, value in enumerate(listed)}, **named}


def constraint_attributes(constraints: Mapping[str, float]) -> dict[str, float]:
    """The system attributes of a trial that store constraints by name, as Optuna 5 does."""
    return {f"{_CONSTRAINTS}:{name}": value for name, value in constraints.items()}


def set_constraints(study: Study, trial: FrozenTrial, constraints: Sequence[float]) -> None:
    """Store the constraints of a trial that has just ended, as `constraints_func` does."""
    set_system_attr(study, trial, _CONSTRAINTS, tuple(constraints))


def fixed_parameters(sampler: BaseSampler) -> dict[str, Any]:
    """The values that a `PartialFixedSampler` gives parameters, none of any other sampler.

    That sampler shows them only when a trial asks for them, which may be after the network.
    """
    fixed: dict[str, Any] = {}
    while isinstance(sampler, PartialFixedSampler):
        fixed = {**sampler._fixed_params, **fixed}
        sampler = sampler._base_sampler
    return fixed
