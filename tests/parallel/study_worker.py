"""A worker of a shared study in a process of its own.

`python study_worker.py ADDRESS STUDY_NAME N_TRIALS` writes a line when it is ready and begins when
it reads one: so several workers begin together, however long each took to start.
"""

from __future__ import annotations

import sys
import time

import optuna
from storage_addresses import opened

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=10, max_units=64)


def objective(trial: optuna.Trial) -> float:
    network = suggest_architecture(trial, "net", SPACE)
    rate = trial.suggest_float("rate", 0.0, 1.0)
    time.sleep(0.05)  # The training.
    return value(network, rate)


def value(network: Architecture, rate: float) -> float:
    n_relu = sum(layer.label == "relu" for layer in network.layers)
    return n_relu - sum(layer.units or 0 for layer in network.layers) / 100 - (rate - 0.3) ** 2


def outcomes(trial: optuna.Trial) -> tuple[float, float]:
    """Of a study with two objectives and a constraint."""
    network = suggest_architecture(trial, "net", SPACE)
    rate = trial.suggest_float("rate", 0.0, 1.0)
    trial.set_constraint("rate", rate - 0.5)
    time.sleep(0.05)  # The training.
    return value(network, rate), float(len(network.layers))


def equal_sampler() -> NASBOTSampler:
    """The sampler of every worker, all with the same seed."""
    return NASBOTSampler(seed=7, n_startup_trials=10)


def main(address: str, study_name: str, n_trials: int) -> None:
    sampler = equal_sampler()
    suggest_architecture(optuna.create_study(sampler=sampler).ask(), "net", SPACE)  # Compiles.
    print("ready", flush=True)
    sys.stdin.readline()
    study = optuna.load_study(study_name=study_name, storage=opened(address), sampler=sampler)
    study.optimize(objective if len(study.directions) == 1 else outcomes, n_trials=n_trials)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
