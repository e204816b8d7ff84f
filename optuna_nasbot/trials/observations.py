"""What a study has observed: networks with values, and networks that are being tried."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.trials.stored import carried_architecture


@dataclass(frozen=True, eq=False)
class Observations:
    """The networks of a study that were tried, are being tried or will be.

    Attributes:
        networks: The n finished networks, in the order of their trials.
        values: Their values, finite, larger is better whatever the study's direction, shape (n,).
        running: The networks that are being tried.
        enqueued: The networks of waiting trials.
        without_value: Networks whose trials failed or were pruned before they reported a value.
    """

    networks: tuple[Architecture, ...]
    values: NDArray[np.float64]
    running: tuple[Architecture, ...]
    enqueued: tuple[Architecture, ...]
    without_value: tuple[Architecture, ...]

    @property
    def taken(self) -> frozenset[str]:
        """Canonical hashes of all these networks: they are not worth another trial."""
        networks = (*self.networks, *self.running, *self.enqueued, *self.without_value)
        return frozenset(network.canonical_hash() for network in networks)


def observe(study: Study, name: str, kind: str, but_for: int) -> Observations:
    """Read the networks of a name from a study.

    Trials without such a network and networks of another kind are left out; so are damaged ones,
    with a warning. A pruned trial counts with its last reported value.

    Args:
        study: A study with one objective.
        name: The name under which trials carry networks.
        kind: The kind of network to read.
        but_for: Number of the trial to leave out, the one that asks.

    Returns:
        The observations.
    """
    networks, values, running, enqueued, without_value = [], [], [], [], []
    for trial in study.get_trials(deepcopy=False):
        if trial.number == but_for:
            continue
        for network in _readable(trial, name, kind):
            if trial.state == TrialState.RUNNING:
                running.append(network)
            elif trial.state == TrialState.WAITING:
                enqueued.append(network)
            elif trial.values is None or math.isnan(trial.values[0]):
                without_value.append(network)
            else:
                networks.append(network)
                values.append(trial.values[0])
    sign = 1.0 if study.direction == StudyDirection.MAXIMIZE else -1.0
    finite = _clipped(sign * np.array(values, dtype=float))
    return Observations(
        networks=tuple(networks),
        values=finite,
        running=tuple(running),
        enqueued=tuple(enqueued),
        without_value=tuple(without_value),
    )


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


def _clipped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with infinities clipped to the finite range, with a warning."""
    finite = np.isfinite(values)
    if finite.all():
        return values
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (-1.0, 1.0)
    warnings.warn(
        "Infinite objective values are clipped to the range of the finite ones.", stacklevel=2
    )
    return np.clip(values, low, high)
