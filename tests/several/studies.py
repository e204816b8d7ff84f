"""Studies whose objectives ask for a network and a learning rate, of several sorts.

They differ in their spaces, in their directions, and in how their constraints are told.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot import total_mass
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.private_optuna import stored_constraints

CELLS = CellSpace(
    kind="test-several-cells",
    operations=[Operation("a", mass=1.0), Operation("b", mass=3.0)],
    max_vertices=5,
)
SPACES: dict[str, ArchitectureSpace] = {
    "mlp": MLPSpace(max_layers=9, max_units=64),
    "cnn": CNNSpace(max_layers=8, max_units=32, image_size=8),
    "cells": CELLS,
}
IS_NEW = hasattr(optuna.trial.Trial, "set_constraint")
"""Whether objectives can set constraints: since Optuna 5."""


def nasbot(**options: Any) -> NASBOTSampler:
    return NASBOTSampler(n_startup_trials=3, **options)


@dataclass(frozen=True)
class Sort:
    """A sort of study.

    Args:
        space: The space of the network, see `SPACES`.
        directions: The directions, of one objective to three.
        told: How its constraints are told: one by `trial.set_constraint` where this says "set",
            one by `constraints_func` where it says "func".
    """

    space: str
    directions: tuple[str, ...]
    told: str

    def study(self, make: Callable[..., BaseSampler], seed: int, **options: Any) -> optuna.Study:
        """A study with a new sampler; the one that is stored if there is one."""
        if "func" in self.told:
            make = partial(make, constraints_func=rate_margin)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            sampler = make(seed=seed)
        return optuna.create_study(
            directions=self.directions, sampler=sampler, load_if_exists=True, **options
        )

    def objective(self, trial: optuna.Trial) -> tuple[float, ...]:
        """An error, least of deep networks at a rate of 10^-3, the edges, and the mass."""
        network = suggest_architecture(trial, "net", SPACES[self.space])
        rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        if "set" in self.told:
            trial.set_constraint("edges", edges_margin(network))
        error = abs(math.log10(rate) + 3.0) + 8.0 / len(network.layers)
        outcomes = error, float(len(network.edges)), total_mass(network)
        return outcomes[: len(self.directions)]

    def constraints(self, trial: FrozenTrial) -> dict[str, float]:
        """What should be stored with a trial."""
        edges = {"edges": edges_margin(get_architecture(trial, "net"))}
        rate = {"0": rate_margin(trial)[0]}
        return {**(edges if "set" in self.told else {}), **(rate if "func" in self.told else {})}


def edges_margin(network: Architecture) -> float:
    """Satisfied by chains, which have an edge less than layers."""
    return len(network.edges) - len(network.layers) + 0.5


def rate_margin(trial: FrozenTrial) -> tuple[float]:
    """Satisfied by rates up to 10^-3."""
    return (math.log10(trial.params["rate"]) + 3.0,)


def tried(study: optuna.Study) -> list[tuple[Any, ...]]:
    """The network, the parameters and the outcomes of each trial."""
    return [
        (
            get_architecture(trial, "net").canonical_hash(),
            trial.params,
            trial.values,
            stored_constraints(trial),
        )
        for trial in study.trials
    ]
