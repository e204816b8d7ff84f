"""Parameters that are fixed, or narrowed to one value, after trials had others of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.samplers import PartialFixedSampler

from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import is_tried_elsewhere
from optuna_nasbot.trials.dimensions import dimensions_of
from optuna_nasbot.trials.joint_parameters import joint_parameters
from tests.joint.conftest import SPACE
from tests.joint.objectives import LR
from tests.joint.objectives import network_first
from tests.joint.objectives import parameters_first
from tests.joint.objectives import searched
from tests.joint.objectives import value

SINGLE = FloatDistribution(1e-3, 1e-3)


def past(*learning_rates: tuple[float, FloatDistribution]) -> list[optuna.trial.FrozenTrial]:
    """Finished trials with these learning rates and the same network."""
    study = optuna.create_study()
    for lr, distribution in learning_rates:
        made = create_architecture_trial(
            {"net": SPACE.initial_pool[0]},
            params={"lr": lr},
            distributions={"lr": distribution},
            value=0.0,
        )
        study.add_trial(made)
    return study.trials


def test_single_value_after_others() -> None:
    joint = joint_parameters(past((1e-4, LR), (1e-3, SINGLE)))
    assert joint.distributions == {"lr": LR}
    assert joint.fixed == {"lr": 1e-3}
    assert joint.free == {}


@pytest.mark.parametrize(
    "learning_rates",
    [[(1e-3, SINGLE), (1e-3, SINGLE)], [(0.5, FloatDistribution(0.1, 1)), (1e-3, SINGLE)]],
)
def test_single_value_that_nothing_can_be_compared_with(
    learning_rates: list[tuple[float, FloatDistribution]],
) -> None:
    assert not joint_parameters(past(*learning_rates)).distributions


def test_fixed_value_after_others() -> None:
    trials = past((1e-4, LR), (1e-2, LR))
    joint = joint_parameters(trials)
    assert joint.asked_for({"lr": LR}, {}, trials).free == {"lr": LR}
    assert joint.asked_for({}, {"lr": 1e-3}, trials).fixed == {"lr": 1e-3}
    assert not joint.asked_for({}, {"lr": 7.0}, trials).distributions
    assert not joint.asked_for({}, {"lr": 1e-4}, trials[:1]).distributions
    assert not joint.asked_for({}, {}, trials).distributions


@pytest.mark.parametrize("objective", [network_first, parameters_first])
def test_search_goes_on_with_a_fixed_parameter(
    make: Callable[..., Any], objective: Callable[[optuna.Trial], float], monkeypatch: Any
) -> None:
    study = searched(make(seed=1), objective, n=14)
    requests: list[TrialRequest] = []
    choose = type(study.sampler).choose
    monkeypatch.setattr(
        type(study.sampler),
        "choose",
        lambda self, request: (requests.append(request), choose(self, request))[1],
    )
    study.sampler = PartialFixedSampler({"lr": 2e-3}, study.sampler)
    study.optimize(objective, n_trials=3)
    assert {trial.params["lr"] for trial in study.trials[14:]} == {2e-3}
    assert {each.space.values["lr"] for each in requests} == {2e-3}
    assert all({*each.dimensions.parameters} == {"lr", "decay"} for each in requests)
    first = requests[0].observed.finished[0]
    assert first.configuration.parameters["lr"] == study.trials[0].params["lr"]


def test_search_goes_on_with_a_narrowed_parameter(make: Callable[..., Any]) -> None:
    def narrowed(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", 2e-3, 2e-3, log=True)
        decay = trial.suggest_float("decay", 1e-5, 1e-1, log=True)
        return value(suggest_architecture(trial, "net", SPACE), lr, decay)

    study = searched(make(seed=2), parameters_first, n=14)
    study.optimize(narrowed, n_trials=4)
    trials = study.get_trials(deepcopy=False)
    joint = joint_parameters(trials)
    assert {*joint.distributions} == {"lr", "decay"}
    assert joint.fixed == {"lr": 2e-3}
    dimensions = dimensions_of(trials, {"net": SPACE.operation_set.kind}, joint.distributions)
    assert not any(is_tried_elsewhere(trials, number, dimensions) for number in range(14, 18))


def test_enqueued_numbers_of_numpy_and_whole_ones(make: Callable[..., Any]) -> None:
    study = searched(make(seed=3), n=13)
    for decay in (np.float32(0.01), np.float64(0.01)):
        study.enqueue_trial({"decay": decay, "lr": 0.01})
    requests: list[TrialRequest] = []
    sampler: Any = study.sampler
    choose = sampler.choose
    sampler.choose = lambda request: (requests.append(request), choose(request))[1]
    study.optimize(network_first, n_trials=2)
    assert {type(each.space.values["decay"]) for each in requests} == {float}
    assert requests[-1].space.values == {"lr": 0.01, "decay": 0.01}
