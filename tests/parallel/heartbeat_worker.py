"""A worker that gets no further than the network of its first trial, and says so.

`python heartbeat_worker.py URL STUDY_NAME` in a database with heartbeats.
"""

from __future__ import annotations

import sys
import time

import optuna
from storage_addresses import opened_with_heartbeats

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=10, max_units=64)


def hang(trial: optuna.Trial) -> float:
    suggest_architecture(trial, "net", SPACE)
    trial.suggest_float("rate", 0.0, 1.0)
    print("ready", flush=True)
    time.sleep(3600)
    return 0.0


def main(url: str, study_name: str) -> None:
    study = optuna.load_study(
        study_name=study_name, storage=opened_with_heartbeats(url), sampler=NASBOTSampler()
    )
    study.optimize(hang, n_trials=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
