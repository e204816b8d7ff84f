"""What a study has observed: trials with values, and trials that are running."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import Key
from optuna_nasbot.trials.dimensions import Dimensions
from optuna_nasbot.trials.outcomes import Outcomes
from optuna_nasbot.trials.outcomes import outcomes_of
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.trials.plan import read_plan
from optuna_nasbot.trials.private_optuna import enqueued_parameters
from optuna_nasbot.trials.stored import read_architecture
from optuna_nasbot.trials.values import has_failed


@dataclass(frozen=True, eq=False)
class Observation:
    """A trial, and what it tries.

    Args:
        trial: The trial, with its state and values.
        configuration: The networks and parameters that it tries.
    """

    trial: FrozenTrial
    configuration: Configuration

    @property
    def has_failed(self) -> bool:
        """Whether the trial has ended without a value."""
        return has_failed(self.trial)


@dataclass(frozen=True, eq=False)
class Observations:
    """The trials of a study that try some of its dimensions, grouped by outcome.

    Attributes:
        dimensions: The networks and parameters that are read.
        finished: The n trials that have a value, in the order of their numbers.
        outcomes: Their values and constraints.
        running: Those that are being tried. What is not known of one yet is as in its plan, else
            as in the best trial.
        waiting: Those that are enqueued.
        failed: Those that failed, or were pruned before they reported a value, and whose
            configuration occurs in no other group; the latest of several with the same one.
    """

    dimensions: Dimensions
    finished: tuple[Observation, ...]
    outcomes: Outcomes
    running: tuple[Observation, ...]
    waiting: tuple[Observation, ...]
    failed: tuple[Observation, ...]

    def networks(self, name: str) -> tuple[Architecture, ...]:
        """The networks of a name that finished trials have."""
        found = [each.configuration.networks.get(name) for each in self.finished]
        return tuple(network for network in found if network is not None)

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
    """Read the networks of a name that trials carry, of whatever kind; no parameters are read.

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


def observe(
    trials: Sequence[FrozenTrial], directions: Sequence[StudyDirection], dimensions: Dimensions
) -> Observations:
    """Read what a sampler needs to know of a study.

    Trials without any network of the dimensions are left out (without any parameter, if the
    dimensions hold no networks). So are trials with damaged networks, with a warning.

    Args:
        trials: The trials of a study, without the one that asks.
        directions: The directions of its objectives.
        dimensions: The networks and parameters to read. Networks of other kinds count as missing.

    Returns:
        The observations.
    """
    read, damaged = _read(trials, dimensions)
    for number, reason in damaged.items():
        warnings.warn(f"Trial {number} is left out of the model: {reason}", stacklevel=2)
    relevant = [each for each in read if _is_relevant(each, dimensions)]
    ended = [each for each in relevant if each.trial.state.is_finished()]
    finished = tuple(each for each in ended if not each.has_failed)
    outcomes = outcomes_of([each.trial for each in finished], directions)
    waiting = _in_state(relevant, TrialState.WAITING)
    best = (
        finished[int(np.argmax(outcomes.fitness))].configuration if finished else Configuration({})
    )
    known = {key: network for each in read for key, network in _by_hash(each.configuration)}
    running = tuple(
        Observation(each.trial, _expected(each, known, best))
        for each in _in_state(read, TrialState.RUNNING)
        if each.configuration.networks or each.configuration.parameters
    )
    tried = {each.key for each in configurations((*finished, *running, *waiting))}
    latest = {each.configuration.key: each for each in ended if each.has_failed}
    return Observations(
        dimensions=dimensions,
        finished=finished,
        outcomes=outcomes,
        running=running,
        waiting=waiting,
        failed=tuple(
            each
            for each in ended
            if each is latest.get(each.configuration.key) and each.configuration.key not in tried
        ),
    )


def _read(
    trials: Iterable[FrozenTrial], dimensions: Dimensions
) -> tuple[list[Observation], dict[int, str]]:
    """What trials are known to try, and why the networks of some, by number, can't be read."""
    readable, damaged = [], {}
    for trial in trials:
        try:
            networks = carried_networks(trial, dimensions.kinds)
        except ArchitectureError as error:
            damaged[trial.number] = str(error)
        else:
            values = known_parameters(trial, dimensions.parameters)
            readable.append(Observation(trial, Configuration(networks, values)))
    return readable, damaged


def carried_networks(trial: FrozenTrial, kinds: Mapping[str, str]) -> dict[str, Architecture]:
    """The networks of a trial by name.

    Args:
        trial: The trial.
        kinds: The kinds of networks to look for, by name.

    Raises:
        ArchitectureError: One of them can't be read.
    """
    found = {}
    for name, kind in kinds.items():
        try:
            network = read_architecture(trial.user_attrs, name)
        except ArchitectureError as error:
            raise ArchitectureError(f"its architecture '{name}' can't be read. {error}") from None
        if network is not None and network.kind == kind:
            found[name] = network
    return found


def known_parameters(
    trial: FrozenTrial, parameters: Mapping[str, Parameter], with_plan: bool = True
) -> dict[str, Any]:
    """The values of parameters that a trial has or is going to have, as far as they are known.

    Args:
        trial: The trial.
        parameters: The parameters to look for.
        with_plan: Whether what is merely planned counts.
    """
    known = dict(trial.params)
    if not trial.state.is_finished():
        planned = read_plan(trial, parameters).parameters if with_plan else {}
        known = {**planned, **(enqueued_parameters(trial) or {}), **known}
    return {
        name: parameter.stored(known[name])
        for name, parameter in parameters.items()
        if name in known and parameter.holds(known[name])
    }


def _is_relevant(observation: Observation, dimensions: Dimensions) -> bool:
    """Whether a trial tries a network, or parameters where there are no networks to try."""
    configuration = observation.configuration
    return bool(configuration.networks if dimensions.kinds else configuration.parameters)


def _by_hash(configuration: Configuration) -> Iterator[tuple[tuple[str, str], Architecture]]:
    for name, network in configuration.networks.items():
        yield (name, network.canonical_hash()), network


def _expected(
    running: Observation, known: Mapping[tuple[str, str], Architecture], best: Configuration
) -> Configuration:
    """What a running trial is going to try: what it has, what it plans, the rest as in the best.

    Args:
        running: The running trial.
        known: The networks of the study by name and hash.
        best: The configuration of the best trial.
    """
    planned = read_plan(running.trial, {}).networks
    networks = {
        name: known.get((name, planned.get(name, "")), network)
        for name, network in best.networks.items()
    }
    has = running.configuration
    return Configuration({**networks, **has.networks}, {**best.parameters, **has.parameters})


def is_tried_elsewhere(trials: Sequence[FrozenTrial], number: int, dimensions: Dimensions) -> bool:
    """Whether a trial that has not failed tries the same configuration as a given one.

    Not only running trials count: another worker may have finished with the configuration between
    the time when this one read the study and the time when it made its choice.

    Args:
        trials: All trials of a study.
        number: The number of the trial to compare the others with. What it plans counts.
        dimensions: What the configurations consist of.
    """
    read, _ = _read(trials, dimensions)  # `observe` has warned of damaged ones
    keys = {each.trial.number: each.configuration.key for each in read if not each.has_failed}
    return keys.pop(number, None) in keys.values()


def _in_state(observations: Sequence[Observation], state: TrialState) -> tuple[Observation, ...]:
    return tuple(each for each in observations if each.trial.state == state)
