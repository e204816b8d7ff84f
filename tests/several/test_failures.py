"""Trials that fail are modelled like trials that break a constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import count_parameters
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(task="regression", max_layers=14, max_units=128)


def searched(sampler: Any, n: int, may_have: int, directions: int = 1) -> list[bool]:
    """Which trials of a study end with a value, if networks may have so many parameters."""

    def objective(trial: optuna.Trial) -> tuple[float, ...]:
        size = count_parameters(suggest_architecture(trial, "net", SPACE), inputs=4, outputs=1)
        if size > may_have:
            raise MemoryError
        return (float(size),) * directions

    study = optuna.create_study(directions=["maximize"] * directions, sampler=sampler)
    study.optimize(objective, n, catch=MemoryError)
    return [trial.state == TrialState.COMPLETE for trial in study.trials]


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("make", [NASBOTSampler, EvolutionSampler])
def test_a_start_at_which_all_fail_comes_to_an_end(
    make: Callable[..., Any], directions: int
) -> None:
    """All networks of the usual pool have more than 50,000 parameters."""
    ended = searched(make(seed=0), 22, 1_500, directions)
    assert not ended[0]
    assert sum(ended[14:]) >= 2


@pytest.mark.slow
def test_fewer_fail_than_without_learning_from_it() -> None:
    learnt, ignored = (
        sum(
            sum(searched(NASBOTSampler(seed=seed, learn_from_failures=learns), 20, 3_000)[5:])
            for seed in range(2)
        )
        for learns in (True, False)
    )
    assert learnt > ignored + 5


def test_parameters_that_fail_are_learnt_too() -> None:
    def objective(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "net", SPACE)
        lr = trial.suggest_float("lr", 1e-4, 1e0, log=True)
        if lr > 1e-2:
            raise FloatingPointError
        return lr

    study = optuna.create_study(direction="maximize", sampler=NASBOTSampler(seed=0))
    study.optimize(objective, 25, catch=FloatingPointError)
    assert study.best_value > 9e-3
    assert sum(trial.params["lr"] > 0.1 for trial in study.trials[8:]) <= 3


def test_what_fails_before_it_asks_for_a_parameter() -> None:
    """As where a network is too large to be built."""

    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SPACE)
        if count_parameters(network, inputs=4, outputs=1) > 3_000:
            raise MemoryError
        return len(network.layers) + trial.suggest_float("lr", 1e-4, 1e0, log=True)

    study = optuna.create_study(direction="maximize", sampler=NASBOTSampler(seed=0))
    study.optimize(objective, 20, catch=MemoryError)
    assert sum(trial.state == TrialState.FAIL for trial in study.trials[8:]) <= 6
