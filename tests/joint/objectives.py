"""Objectives that ask for a network and for ordinary parameters, and searches of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import optuna
from optuna.distributions import FloatDistribution

from optuna_nasbot import Architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from tests.joint.conftest import SPACE

Objective = Callable[[optuna.Trial], float]
LR = FloatDistribution(1e-5, 1e-1, log=True)
DECAY = FloatDistribution(1e-5, 1e-1, log=True)


def value(network: Architecture, lr: float, decay: float) -> float:
    units = sum(layer.units or 0 for layer in network.layers)
    return abs(math.log(units / 60)) + (math.log10(lr) + 3) ** 2 + abs(math.log10(decay) + 4)


def lr_of(trial: optuna.Trial) -> float:
    return trial.suggest_float("lr", 1e-5, 1e-1, log=True)


def decay_of(trial: optuna.Trial) -> float:
    return trial.suggest_float("decay", 1e-5, 1e-1, log=True)


def network_first(trial: optuna.Trial) -> float:
    network = suggest_architecture(trial, "net", SPACE)
    return value(network, lr_of(trial), decay_of(trial))


def parameters_first(trial: optuna.Trial) -> float:
    lr, decay = lr_of(trial), decay_of(trial)
    return value(suggest_architecture(trial, "net", SPACE), lr, decay)


def network_between(trial: optuna.Trial) -> float:
    lr = lr_of(trial)
    return value(suggest_architecture(trial, "net", SPACE), lr, decay_of(trial))


def new_study(sampler: Any, **keywords: Any) -> optuna.Study:
    return optuna.create_study(sampler=sampler, **keywords)


def tried(study: optuna.Study) -> list[tuple[str, dict[str, Any]]]:
    return [
        (get_architecture(trial, "net").canonical_hash(), trial.params) for trial in study.trials
    ]


def searched(sampler: Any, objective: Objective = network_first, n: int = 16) -> optuna.Study:
    study = new_study(sampler)
    study.optimize(objective, n_trials=n)
    return study
