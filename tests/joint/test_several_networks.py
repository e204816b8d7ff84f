"""Several networks in one trial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
from optuna.trial import TrialState

from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from tests.joint.conftest import SPACE
from tests.joint.objectives import lr_of
from tests.joint.objectives import network_first
from tests.joint.objectives import searched
from tests.joint.objectives import value


def test_two_networks_and_a_parameter(make: Callable[..., Any]) -> None:
    def objective(trial: optuna.Trial) -> float:
        first = suggest_architecture(trial, "net", SPACE)
        lr = lr_of(trial)
        second = suggest_architecture(trial, "critic", SPACE)
        return value(first, lr, 1e-4) + value(second, 1e-3, 1e-4)

    study = searched(make(seed=18), objective, n=22)
    pairs = {
        (
            get_architecture(t, "net").canonical_hash(),
            get_architecture(t, "critic").canonical_hash(),
            t.params["lr"],
        )
        for t in study.trials
    }
    assert len(pairs) == 22
    assert study.best_value < min(trial.value for trial in study.trials[:5])


def test_another_network_from_some_trial_on(make: Callable[..., Any]) -> None:
    def with_critic(trial: optuna.Trial) -> float:
        critic = suggest_architecture(trial, "critic", SPACE)
        return network_first(trial) + value(critic, 1e-3, 1e-4)

    for objective in (with_critic, lambda trial: lr_of(trial) * 0 + with_critic(trial)):
        study = searched(make(seed=20), n=13)
        study.optimize(objective, n_trials=8)
        assert all(trial.state == TrialState.COMPLETE for trial in study.trials)


def test_second_network_in_some_trials_only(make: Callable[..., Any]) -> None:
    def objective(trial: optuna.Trial) -> float:
        cost = network_first(trial)
        if trial.number % 3 == 0:
            cost += value(suggest_architecture(trial, "critic", SPACE), 1e-3, 1e-4)
        return cost

    study = searched(make(seed=19), objective, n=15)
    assert all(trial.state == TrialState.COMPLETE for trial in study.trials)
