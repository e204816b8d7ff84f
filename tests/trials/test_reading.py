"""Reading a study costs little: few calls of the storage, finished trials decoded once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.storages import InMemoryStorage

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import observe
from optuna_nasbot.trials import stored

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = networks_around_pool(SPACE, 60, np.random.default_rng(0))


class CountingStorage(InMemoryStorage):
    """Counts the calls of the methods that a sampler or a trial may call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if callable(value) and not name.startswith("_"):
            super().__getattribute__("calls")[name] += 1
        return value


def add_finished(study: optuna.Study, n: int) -> None:
    for index, network in enumerate(NETWORKS[:n]):
        study.add_trial(create_architecture_trial({"net": network}, value=float(index)))


@pytest.mark.parametrize("sampler", [NASBOTSampler(seed=0), EvolutionSampler(seed=0)])
def test_storage_calls_of_a_suggestion_do_not_depend_on_the_number_of_trials(sampler: Any) -> None:
    def calls(n: int) -> Counter[str]:
        storage = CountingStorage()
        study = optuna.create_study(storage=storage, sampler=sampler)
        add_finished(study, n)
        trial = study.ask()
        storage.calls.clear()
        suggest_architecture(trial, "net", SPACE)
        return Counter(storage.calls)

    few, many = calls(15), calls(50)
    assert few == many
    assert few["get_all_trials"] == 2  # before the choice, and to see whether others made the same
    assert sum(few.values()) < 15


def observed(study: optuna.Study) -> Observations:
    dimensions = Dimensions({"net": SPACE.operation_set.kind})
    return observe(study.get_trials(deepcopy=False), study.directions, dimensions)


def test_finished_trials_are_decoded_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    written = 0
    as_text = stored._as_text

    def counted(document: object) -> str:
        nonlocal written
        written += 1
        return as_text(document)

    monkeypatch.setattr(stored, "_as_text", counted)
    study = optuna.create_study(storage=f"sqlite:///{tmp_path}/study.db")
    add_finished(study, 30)
    for _ in range(3):
        assert len(observed(study).networks("net")) == 30
    assert written == 30


def test_running_trials_are_read_again() -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0))
    trial = study.ask()
    key = "architecture:net"
    for network in NETWORKS[:2]:
        trial.set_user_attr(key, network.to_dict())
        (running,) = observed(study).running
        assert running.configuration.networks["net"] == network
