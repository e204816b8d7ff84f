"""Which parameters are searched together with the networks."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.trials.joint_parameters import joint_parameters
from optuna_nasbot.trials.joint_parameters import study_dimensions

NETWORKS = MLPSpace(max_layers=8, max_units=64).initial_pool
KIND = NETWORKS[0].kind
LR, UNITS, FIXED = FloatDistribution(0.0, 1.0), IntDistribution(1, 9), IntDistribution(3, 3)


def carrying(*names: str, value: float | None = 1.0, **distributions: Any) -> FrozenTrial:
    return create_architecture_trial(
        dict.fromkeys(names, NETWORKS[0]),
        value=value,
        state=TrialState.FAIL if value is None else TrialState.COMPLETE,
        params=dict.fromkeys(distributions, 3) | {"lr": 0.5} if distributions else {},
        distributions=distributions,
    )


def numbered(*trials: FrozenTrial) -> list[FrozenTrial]:
    study = optuna.create_study()
    study.add_trials(trials)
    return study.get_trials()


def test_those_of_the_latest_trial_with_a_value() -> None:
    trials = numbered(
        carrying("net", lr=FloatDistribution(0.0, 2.0), units=UNITS),
        carrying("net", lr=LR, fixed=FIXED),
        carrying("net", value=None, lr=LR, units=UNITS),
    )
    assert joint_parameters(trials).distributions == {"lr": LR}
    assert study_dimensions(trials, {"net": KIND}).names == ("net", "lr")


def test_none_without_trials_or_without_networks() -> None:
    assert joint_parameters([]).distributions == {}
    alone = optuna.create_trial(value=1.0, params={"lr": 0.5}, distributions={"lr": LR})
    assert joint_parameters(numbered(alone)).distributions == {}


def test_networks_of_other_names_are_dimensions() -> None:
    trials = numbered(carrying("encoder", "decoder"))
    assert set(study_dimensions(trials, {"encoder": KIND}).kinds) == {"encoder", "decoder"}
