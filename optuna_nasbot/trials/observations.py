"""What a study has observed: networks with values, and networks that are being tried."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.trials.stored import carried_architecture
from optuna_nasbot.trials.values import observed_values


@dataclass(frozen=True, eq=False)
class Observations:
    """The networks of a study that were tried, are being tried or will be.

    Attributes:
        networks: The n finished networks, in the order of their trials.
        numbers: The numbers of these trials.
        values: Their values, finite, larger is better whatever the study's direction, shape (n,);
            see `optuna_nasbot.trials.values.observed_values`.
        running: The networks that are being tried.
        enqueued: The networks of waiting trials.
        failed: Networks whose trials failed, or were pruned before they reported a value, and
            that no other trial has tried since.
    """

    networks: tuple[Architecture, ...]
    numbers: tuple[int, ...]
    values: NDArray[np.float64]
    running: tuple[Architecture, ...]
    enqueued: tuple[Architecture, ...]
    failed: tuple[Architecture, ...]

    @property
    def tried(self) -> tuple[Architecture, ...]:
        """All these networks."""
        return (*self.networks, *self.running, *self.enqueued, *self.failed)

    @property
    def taken(self) -> frozenset[str]:
        """Their canonical hashes: they are not worth another trial."""
        return _hashes(self.tried)


def observe(study: Study, name: str, kind: str, but_for: int) -> Observations:
    """Read the networks of a name from a study.

    Trials without such a network and networks of another kind are left out; so are damaged ones,
    with a warning.

    Args:
        study: A study with one objective.
        name: The name under which trials carry networks.
        kind: The kind of network to read.
        but_for: Number of the trial to leave out, the one that asks.

    Returns:
        The observations.
    """
    networks, finished, running, enqueued, failed = [], [], [], [], []
    for trial in study.get_trials(deepcopy=False):
        if trial.number == but_for:
            continue
        for network in _readable(trial, name, kind):
            if trial.state == TrialState.RUNNING:
                running.append(network)
            elif trial.state == TrialState.WAITING:
                enqueued.append(network)
            elif _has_failed(trial):
                failed.append(network)
            else:
                networks.append(network)
                finished.append(trial)
    tried_since = _hashes((*networks, *running, *enqueued))
    return Observations(
        networks=tuple(networks),
        numbers=tuple(trial.number for trial in finished),
        values=observed_values(finished, study.direction),
        running=tuple(running),
        enqueued=tuple(enqueued),
        failed=tuple(each for each in failed if each.canonical_hash() not in tried_since),
    )


def is_tried_elsewhere(study: Study, name: str, network: Architecture, but_for: int) -> bool:
    """Whether a trial that has not failed, but for one of a number, carries the same network.

    Not only running trials count: another worker may have finished with the network between the
    time when this one read the study and the time when it made its choice.
    """
    return any(
        _carries(trial, name, network)
        for trial in study.get_trials(deepcopy=False)
        if trial.number != but_for and not _has_failed(trial)
    )


def _has_failed(trial: FrozenTrial) -> bool:
    """Whether a trial has ended without a value."""
    return trial.state.is_finished() and (trial.values is None or math.isnan(trial.values[0]))


def _carries(trial: FrozenTrial, name: str, network: Architecture) -> bool:
    try:
        carried = carried_architecture(trial.user_attrs, name)
    except ArchitectureError:  # `observe` has warned of it.
        return False
    return carried is not None and carried.canonical_hash() == network.canonical_hash()


def _hashes(networks: Iterable[Architecture]) -> frozenset[str]:
    return frozenset(network.canonical_hash() for network in networks)


def _readable(trial: FrozenTrial, name: str, kind: str) -> Iterator[Architecture]:
    try:
        network = carried_architecture(trial.user_attrs, name)
    except ArchitectureError as error:
        warnings.warn(
            f"Trial {trial.number} is left out of the model: its architecture '{name}' can't be "
            f"read. {error}",
            stacklevel=2,
        )
        return
    if network is not None and network.kind == kind:
        yield network
