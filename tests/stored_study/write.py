"""Write the studies that `test_stored_study.py` reads: what this version stores, for later ones.

    python tests/stored_study/write.py 0.1.0

writes `0.1.0.log`, a journal of Optuna with two studies, and `0.1.0.json`, what is in them. They
are written once for each version that stores something new, and never changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

FOLDER = Path(__file__).parent
SPACE = MLPSpace(max_layers=8, max_units=64)
ENCODER = CNNSpace(max_layers=9, max_units=64, image_size=16)
HEAD = MLPSpace(task="classification", max_layers=8, max_units=64)
NAMES = {"regression": ("net",), "two-networks": ("encoder", "head")}


def regression(trial: optuna.Trial) -> float:
    """Trial 3 and each fifth one after it fail, the ones behind those are pruned."""
    network = suggest_architecture(trial, "net", SPACE)
    loss = len(network.edges) + trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    if trial.number % 5 == 3:
        raise MemoryError
    for step in range(3):
        trial.report(loss / (step + 1), step)
        if trial.number % 5 == 4 and step == 1:
            raise optuna.TrialPruned
    return loss if trial.number != 2 else float("inf")


def two_networks(trial: optuna.Trial) -> float:
    encoder = suggest_architecture(trial, "encoder", ENCODER)
    head = suggest_architecture(trial, "head", HEAD)
    return float(len(encoder.layers) + len(head.layers))


def contents(study: optuna.Study, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The trials as JSON, with the hashes of their networks."""
    return [
        {
            "state": trial.state.name,
            "value": trial.value,
            "params": trial.params,
            "intermediate_values": trial.intermediate_values,
            "networks": {name: get_architecture(trial, name).canonical_hash() for name in names},
        }
        for trial in study.get_trials(deepcopy=False)
    ]


def write(version: str) -> None:
    path = FOLDER / f"{version}.log"
    path.unlink(missing_ok=True)
    storage = JournalStorage(JournalFileBackend(str(path)))

    def new_study(name: str, direction: str) -> optuna.Study:
        sampler = NASBOTSampler(seed=0, n_startup_trials=3)
        return optuna.create_study(
            study_name=name, storage=storage, direction=direction, sampler=sampler
        )

    study = new_study("regression", "minimize")
    study.add_trial(create_architecture_trial({"net": SPACE.initial_pool[0]}, value=9.5))
    enqueue_architecture(study, {"net": SPACE.initial_pool[1]}, params={"lr": 0.01})
    study.optimize(regression, n_trials=12, catch=(MemoryError,))
    running = study.ask()
    suggest_architecture(running, "net", SPACE)
    running.report(7.0, 0)
    enqueue_architecture(study, {"net": SPACE.initial_pool[2]}, params={"lr": 0.02})

    other = new_study("two-networks", "maximize")
    other.optimize(two_networks, n_trials=5)

    expected = {
        name: contents(each, NAMES[name])
        for name, each in (("regression", study), ("two-networks", other))
    }
    text = json.dumps(expected, indent=1)
    (FOLDER / f"{version}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
