"""Seeds and resumed studies in freshly spawned processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler

SPACE = MLPSpace(max_layers=6, max_units=64)
N_BEFORE = 5
N_AFTER = 2


def sampler(name: str) -> ArchitectureSampler:
    """A sampler that is past its start-up trials after N_BEFORE trials, or nearly so."""
    if name == "evolution":
        return EvolutionSampler(seed=7)
    return NASBOTSampler(seed=7, n_startup_trials=3)


def searched(name: str, n_trials: int, storage: str | None = None) -> list[str]:
    """Hashes of a study after so many trials more."""
    study = optuna.create_study(
        study_name="study",
        direction="maximize",
        sampler=sampler(name),
        storage=storage,
        load_if_exists=True,
    )
    study.optimize(
        lambda trial: sum(
            layer.units or 0 for layer in suggest_architecture(trial, "net", SPACE).layers
        ),
        n_trials=n_trials,
    )
    return [get_architecture(trial, "net").canonical_hash() for trial in study.trials]


def in_new_process(name: str, storage: str) -> dict[str, list[str]]:
    hash_seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    finished = subprocess.run(
        [sys.executable, __file__, name, storage],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        text=True,
    )
    result: dict[str, list[str]] = json.loads(finished.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize("name", ["nasbot", "evolution"])
def test_new_process_repeats_and_resumes(name: str, tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    searched(name, N_BEFORE, storage)
    uninterrupted = searched(name, N_BEFORE + N_AFTER)
    there = in_new_process(name, storage)
    assert there["repeated"] == uninterrupted
    assert there["resumed"] == uninterrupted


if __name__ == "__main__":
    name, storage = sys.argv[1:]
    repeated = searched(name, N_BEFORE + N_AFTER)
    resumed = searched(name, N_AFTER, storage)
    print(json.dumps({"repeated": repeated, "resumed": resumed}))
