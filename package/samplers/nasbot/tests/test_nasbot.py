"""The package as OptunaHub loads it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import optuna
import optunahub
import pytest

REGISTRY = str(Path(__file__).parents[3])


def load() -> ModuleType:
    return optunahub.load_local_module("samplers/nasbot", registry_root=REGISTRY)


def test_a_network_and_a_parameter_are_searched() -> None:
    nasbot = load()
    space = nasbot.MLPSpace(max_layers=8, max_units=32)

    def objective(trial: optuna.Trial) -> float:
        network = nasbot.suggest_architecture(trial, "network", space)
        return len(network.layers) + trial.suggest_float("x", 0, 1)

    study = optuna.create_study(sampler=nasbot.NASBOTSampler(seed=0))
    study.optimize(objective, n_trials=7)
    best = nasbot.best_architecture(study, "network")
    assert len(best.layers) + study.best_params["x"] == study.best_value


def test_all_names_are_there() -> None:
    nasbot = load()
    assert all(callable(getattr(nasbot, name)) for name in nasbot.__all__)


def test_that_it_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna_nasbot", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs .* optuna_nasbot, .*: run `pip install"):
        load()
