"""Ordinary parameters that are not searched together with the networks: sampler and warning."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence

from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.dimensions import latest_with_value
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.values import has_value

_IS_TOLD = threading.Event()


def parameter_sampler_of(
    parameter_sampler: BaseSampler | None, independent_sampler: BaseSampler | None
) -> BaseSampler | None:
    """The sampler of all ordinary parameters, given by one of two arguments; None if by neither.

    Raises:
        TypeError: One of them is not a sampler.
        ValueError: Both are given.
    """
    given = {"parameter_sampler": parameter_sampler, "independent_sampler": independent_sampler}
    for name, sampler in given.items():
        if sampler is not None and not isinstance(sampler, BaseSampler):
            raise TypeError(f"{name}: expected an Optuna sampler, got {sampler!r}.")
    if parameter_sampler is not None and independent_sampler is not None:
        raise ValueError(
            "independent_sampler: expected none together with parameter_sampler, which samples "
            "all ordinary parameters. Leave it out."
        )
    if independent_sampler is not None:
        warnings.warn(
            "independent_sampler: it samples all ordinary parameters, separately from networks. "
            "Write parameter_sampler instead, or leave it out to search them together with the "
            "networks.",
            FutureWarning,
            stacklevel=4,
        )
    return parameter_sampler or independent_sampler


def warn_of_independent(trials: Sequence[FrozenTrial], name: str, sampler: BaseSampler) -> None:
    """Warn, once in a process, that a parameter is sampled without regard to the network.

    The first trials, which have no others to learn from, cause no warning.

    Args:
        trials: The trials of the study.
        name: The name of the parameter.
        sampler: The sampler that samples it.
    """
    latest = latest_with_value(trials)
    if latest is None or not names_among(latest.user_attrs) or _IS_TOLD.is_set():
        return
    _IS_TOLD.set()
    elsewhere = {each for trial in trials if has_value(trial) for each in trial.params}
    others = sorted(elsewhere - latest.params.keys() - {name})
    also = f" So are {', '.join(map(repr, others))}." if others else ""
    reason = (
        f"trial {latest.number} had it with another range, or a sampler around this one samples it"
        if name in latest.params
        else f"trial {latest.number}, the latest one with a value, has no such parameter (if "
        f"you added that trial, pass params to create_architecture_trial)"
    )
    warnings.warn(
        f"The parameter '{name}' is not searched together with the networks: {reason}. "
        f"{type(sampler).__name__} samples it independently.{also} Parameters that every trial "
        f"asks for, always from the same range, are searched together. "
        f"warn_independent_sampling=False silences this.",
        stacklevel=5,
    )
