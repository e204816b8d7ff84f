"""The networks of a study that its figures show."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.trials.observations import read_trials

Target = Callable[[FrozenTrial], float]

DEFAULT_TARGET_NAME = "Objective Value"

# Beside the loggers of Optuna's figures, not below the package's: `set_verbosity` decides.
_logger = optuna.logging.get_logger(f"optuna.visualization.{__name__}")


@dataclass(frozen=True, eq=False)
class TriedNetworks:
    """Networks of one kind that the trials of a study carry under one name.

    Attributes:
        trials: n trials in the order of their numbers, in whatever state.
        networks: Their networks.
        values: What completed trials are worth, shape (n,); NaN for the other trials and where
            the value is not finite.
        sign: 1 where larger values are better, -1 where smaller ones are. It is -1 for a target
            of the user's, about which nothing is known; Optuna's figures do the same.
    """

    trials: tuple[FrozenTrial, ...]
    networks: tuple[Architecture, ...]
    values: NDArray[np.float64]
    sign: float

    def chosen(self, indices: Sequence[int] | NDArray[np.intp]) -> TriedNetworks:
        """Some of them, by their positions."""
        return TriedNetworks(
            tuple(self.trials[index] for index in indices),
            tuple(self.networks[index] for index in indices),
            self.values[np.asarray(indices, dtype=np.intp)],
            self.sign,
        )

    @property
    def with_value(self) -> TriedNetworks:
        """Those that have a value."""
        return self.chosen(np.flatnonzero(np.isfinite(self.values)))


def tried_networks(
    study: Study, name: str, target: Target | None, target_name: str
) -> TriedNetworks:
    """Read the networks of a name from a study.

    Networks that can't be read are left out, with a warning. There is no distance between networks
    of different kinds: those of the kind that most trials carry are read, of the latest one if
    several kinds are equally common.

    Args:
        study: A study, with several objectives only if there is a target.
        name: The name under which trials carry networks.
        target: What to show of a completed trial, None for its value.
        target_name: What to call that.

    Returns:
        The networks, none if the study has none yet.

    Raises:
        TypeError: `study` is not a study, or `name` is not a string.
        ValueError: Several objectives and no target, a name that can't be one, or a name that no
            trial has while trials have others.
    """
    attribute_key(name)  # checks the name
    check_study(study)
    _check_target(study, target, target_name)
    carried = networks_of_name(study.get_trials(deepcopy=False), name)
    # The first of the most common ones is the latest.
    kinds = Counter(network.kind for _, network in reversed(carried)).most_common()
    if len(kinds) > 1:
        _logger.warning(
            f"The architectures '{name}' are of several kinds; only '{kinds[0][0]}' is shown, "
            f"{', '.join(kind for kind, _ in kinds[1:])} left out."
        )
    of_kind = [each for each in carried if each[1].kind == kinds[0][0]]
    is_larger_better = target is None and study.direction == StudyDirection.MAXIMIZE
    return TriedNetworks(
        trials=tuple(trial for trial, _ in of_kind),
        networks=tuple(network for _, network in of_kind),
        values=np.array([_value(trial, target) for trial, _ in of_kind], dtype=float),
        sign=1.0 if is_larger_better else -1.0,
    )


def networks_of_name(
    trials: Sequence[FrozenTrial], name: str
) -> list[tuple[FrozenTrial, Architecture]]:
    """The trials that carry a network of a name, of whatever kind, and their networks.

    Networks that can't be read are left out, with a warning.

    Args:
        trials: All trials of a study.
        name: The name under which trials carry networks.

    Raises:
        ValueError: A name that can't be one, or one that no trial has while trials have others.
    """
    key = attribute_key(name)
    if not any(key in trial.user_attrs for trial in trials):
        _check_other_names(trials, name)
    observations, damaged = read_trials(trials, name)
    if damaged:
        reason = f"their architecture '{name}' can't be read. {next(iter(damaged.values()))}"
        warn_of_trials([*damaged], reason)
    return [(each.trial, each.configuration.networks[name]) for each in observations]


def check_study(study: object) -> None:
    """Raise a TypeError if the argument of a figure is not a study."""
    if not isinstance(study, Study):
        raise TypeError(f"study: expected an Optuna study, got {study!r}.")


def _check_target(study: Study, target: Target | None, target_name: str) -> None:
    if target is None and len(study.directions) > 1:
        raise ValueError(
            "target: expected a function of a trial, since the study has several objectives, "
            "got None. Pass for example target=lambda trial: trial.values[0]."
        )
    if target is not None and target_name == DEFAULT_TARGET_NAME:
        warnings.warn(
            f"`target` is given, but `target_name` is the default, '{target_name}'.", stacklevel=4
        )


def tell_of_left_out(trial: FrozenTrial) -> None:
    """Log that a trial is not shown, for its values."""
    _logger.warning(f"Trial {trial.number} is left out because a value is inf or nan.")


def _check_other_names(trials: Sequence[FrozenTrial], name: str) -> None:
    if others := [*architecture_names(trials)]:
        raise ValueError(f"name: expected one of {others}, which trials carry, got '{name}'.")


def warn_of_trials(numbers: Sequence[int], reason: str) -> None:
    """Warn that trials are left out of a figure, naming the first of them."""
    named = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    warnings.warn(
        f"The figure leaves out {len(numbers)} of the trials (number {named}): {reason}",
        stacklevel=2,
    )


def _value(trial: FrozenTrial, target: Target | None) -> float:
    if trial.state != TrialState.COMPLETE:
        return math.nan
    shown = trial.value if target is None else target(trial)
    try:
        value = float(shown)  # type: ignore[arg-type]  # None is refused below
    except (TypeError, ValueError):
        raise ValueError(
            f"target: expected a function whose results are numbers, got {shown!r} "
            f"of trial {trial.number}."
        ) from None
    if not math.isfinite(value):
        _logger.warning(f"Trial {trial.number} is shown without a value because it is inf or nan.")
        return math.nan
    return value
