"""Samplers, a space, and parameters of all kinds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler

SPACE = MLPSpace(max_layers=6, max_units=64)
DISTRIBUTIONS: dict[str, BaseDistribution] = {
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "dropout": FloatDistribution(0.0, 0.5, step=0.1),
    "batch_size": IntDistribution(16, 256, log=True),
    "epochs": IntDistribution(2, 10, step=2),
    "optimiser": CategoricalDistribution(["adam", "sgd", None]),
    "nesterov": CategoricalDistribution([False, True]),
}


def nasbot(**keywords: Any) -> NASBOTSampler:
    return NASBOTSampler(n_startup_trials=3, **keywords)


@pytest.fixture(params=[nasbot, EvolutionSampler], ids=["nasbot", "evolution"])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    factory: Callable[..., Any] = request.param
    return factory


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process, nothing was warned of."""
    monkeypatch.setattr("optuna_nasbot.independent_parameters._IS_TOLD", threading.Event())
