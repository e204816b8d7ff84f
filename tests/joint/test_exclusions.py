"""What is not tried again, what a damaged plan does, and when nothing is warned of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.trials.private_optuna import set_system_attr
from tests.joint.conftest import SPACE
from tests.joint.conftest import nasbot

SEVEN = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=8, max_edges=3)


def labels(network: Architecture) -> list[str]:
    return [layer.label for layer in network.layers]


@pytest.mark.parametrize("seed", range(3))
def test_network_that_fails_before_its_parameters_is_not_tried_again(seed: int) -> None:
    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SEVEN)
        if {"relu", "tanh"} & {*labels(network)}:
            raise MemoryError
        return trial.suggest_float("lr", 0.0, 1.0)

    study = optuna.create_study(sampler=nasbot(seed=seed))
    study.optimize(objective, n_trials=20, catch=MemoryError)
    failed = [trial for trial in study.trials if trial.state == TrialState.FAIL]
    hashes = {get_architecture(trial, "net").canonical_hash() for trial in failed}
    assert len(failed) - len(hashes) <= 1  # before there is a trial with a parameter


@pytest.mark.parametrize("seed", range(2))
def test_names_that_take_turns_are_searched_without_duplicates(seed: int) -> None:
    study = optuna.create_study(sampler=nasbot(seed=seed))
    for number in range(14):
        trial = study.ask()
        network = suggest_architecture(trial, "ab"[number % 2], SEVEN)
        study.tell(trial, float(len(labels(network)[1])))
    for name in "ab":
        found = [t for t in study.trials if f"architecture:{name}" in t.user_attrs]
        assert len({get_architecture(t, name).canonical_hash() for t in found}) == 7


def test_best_network_is_tried_with_other_parameters() -> None:
    best = SEVEN.initial_pool[0]

    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SEVEN)
        lr = trial.suggest_float("lr", 0.0, 1.0)
        return 3.0 * (network.canonical_hash() != best.canonical_hash()) + abs(lr - 0.2)

    study = optuna.create_study(sampler=nasbot(seed=0))
    study.enqueue_trial({"lr": 0.9}, user_attrs={"architecture:net": best.to_dict()})
    study.optimize(objective, n_trials=25)
    assert study.best_value < 0.3


@pytest.mark.parametrize(
    "plan", [[1], None, "x", {"parameters": None}, {"networks": 3, "parameters": {"lr": "x"}}]
)
def test_damaged_plan_stops_nobody(make: Callable[..., Any], plan: Any) -> None:
    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SPACE)
        return len(labels(network)) + trial.suggest_float("lr", 0.0, 1.0)

    study = optuna.create_study(sampler=make(seed=0))
    study.optimize(objective, n_trials=13)
    trial = study.ask()
    frozen = study.get_trials(deepcopy=False)[-1]
    set_system_attr(study, frozen, "nasbot:plan", plan)
    study.optimize(objective, n_trials=2)
    study.tell(trial, objective(trial))


def test_nothing_is_warned_of_without_networks(make: Callable[..., Any]) -> None:
    study = optuna.create_study(sampler=make(seed=0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study.optimize(lambda trial: trial.suggest_float("x", 0.0, 1.0), n_trials=4)
