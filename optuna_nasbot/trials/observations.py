"""What a study has observed: trials with values, and trials that are running."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import Key
from optuna_nasbot.trials.stored import read_architecture
from optuna_nasbot.trials.values import observed_values


@dataclass(frozen=True, eq=False)
class Observation:
    """A trial, and what it tries.

    Args:
        trial: The trial, with its state and values.
        configuration: The networks that it tries.
    """

    trial: FrozenTrial
    configuration: Configuration

    @property
    def has_failed(self) -> bool:
        """Whether the trial has ended without a value."""
        return has_failed(self.trial)


@dataclass(frozen=True, eq=False)
class Observations:
    """The trials of a study that carry a network of a name, grouped by outcome.

    Attributes:
        name: The name.
        finished: The n trials that have a value, in the order of their numbers.
        values: Their values, finite, larger is better whatever the study's direction, shape (n,);
            see `optuna_nasbot.trials.values.observed_values`.
        running: Those that are being tried.
        waiting: Those that are enqueued.
        failed: Those that failed, or were pruned before they reported a value, and whose
            configuration occurs in no other group; the latest of several with the same one.
    """

    name: str
    finished: tuple[Observation, ...]
    values: NDArray[np.float64]
    running: tuple[Observation, ...]
    waiting: tuple[Observation, ...]
    failed: tuple[Observation, ...]

    @property
    def networks(self) -> tuple[Architecture, ...]:
        """The networks of the finished trials."""
        return tuple(each.configuration.networks[self.name] for each in self.finished)

    @property
    def tried(self) -> tuple[Configuration, ...]:
        """All configurations, of trials in any state."""
        return configurations((*self.finished, *self.running, *self.waiting, *self.failed))

    @property
    def excluded(self) -> frozenset[Key]:
        """Their keys: they are not worth another trial."""
        return frozenset(each.key for each in self.tried)


def configurations(observations: Iterable[Observation]) -> tuple[Configuration, ...]:
    """What the trials of observations try."""
    return tuple(each.configuration for each in observations)


def read_trials(
    trials: Iterable[FrozenTrial], name: str
) -> tuple[list[Observation], dict[int, ArchitectureError]]:
    """Read the trials that carry a network of a name.

    Returns:
        The trials with their networks, and, by the number of the trial, why a network can't be
        read. Trials without such a network are in neither.
    """
    readable, damaged = [], {}
    for trial in trials:
        try:
            network = read_architecture(trial.user_attrs, name)
        except ArchitectureError as error:
            damaged[trial.number] = error
        else:
            if network is not None:
                readable.append(Observation(trial, Configuration({name: network})))
    return readable, damaged


def observe(study: Study, name: str, kind: str, exclude: int) -> Observations:
    """Read what a sampler needs to know of a study.

    Trials without a network of the name and with one of another kind are left out; so are damaged
    ones, with a warning.

    Args:
        study: A study with one objective.
        name: The name under which trials carry networks.
        kind: The kind of network to read.
        exclude: Number of the trial to leave out, the one that asks.

    Returns:
        The observations.
    """
    others = (each for each in study.get_trials(deepcopy=False) if each.number != exclude)
    readable, damaged = read_trials(others, name)
    for number, error in damaged.items():
        warnings.warn(
            f"Trial {number} is left out of the model: its architecture '{name}' can't be "
            f"read. {error}",
            stacklevel=2,
        )
    of_kind = [each for each in readable if each.configuration.networks[name].kind == kind]
    running = _in_state(of_kind, TrialState.RUNNING)
    waiting = _in_state(of_kind, TrialState.WAITING)
    ended = [each for each in of_kind if each.trial.state.is_finished()]
    finished = tuple(each for each in ended if not each.has_failed)
    tried = {each.key for each in configurations((*finished, *running, *waiting))}
    latest = {each.configuration.key: each for each in ended if each.has_failed}
    return Observations(
        name=name,
        finished=finished,
        values=observed_values([each.trial for each in finished], study.direction),
        running=running,
        waiting=waiting,
        failed=tuple(
            each
            for each in ended
            if each is latest.get(each.configuration.key) and each.configuration.key not in tried
        ),
    )


def is_tried_elsewhere(study: Study, name: str, network: Architecture, exclude: int) -> bool:
    """Whether a trial that has not failed, other than `exclude`, has this network.

    Not only running trials count: another worker may have finished with the network between the
    time when this one read the study and the time when it made its choice.
    """
    key = Configuration({name: network}).key
    others = (each for each in study.get_trials(deepcopy=False) if each.number != exclude)
    readable, _ = read_trials(others, name)  # `observe` has warned of damaged ones
    return any(each.configuration.key == key and not each.has_failed for each in readable)


def has_failed(trial: FrozenTrial) -> bool:
    """Whether a trial has ended without a value."""
    return trial.state.is_finished() and (trial.values is None or math.isnan(trial.values[0]))


def _in_state(observations: Sequence[Observation], state: TrialState) -> tuple[Observation, ...]:
    return tuple(each for each in observations if each.trial.state == state)
