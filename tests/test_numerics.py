"""Suggestions are networks of the space whatever values a study has."""

from __future__ import annotations

import math
import warnings
from typing import get_args

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.search.initial_design import networks_around_pool

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = networks_around_pool(SPACE, 40, np.random.default_rng(0))
ACQUISITIONS = get_args(AcquisitionName)
SAMPLERS = {
    name: NASBOTSampler(seed=0, n_startup_trials=1, acquisition=name) for name in ACQUISITIONS
}

extremes = st.sampled_from(
    [math.inf, -math.inf, 1e308, -1e308, math.nextafter(math.inf, 0), 5e-324, -5e-324, 0.0, 1.0]
)


def lists_of_values(n: int) -> st.SearchStrategy[list[float]]:
    return st.one_of(
        st.lists(st.floats(allow_nan=False), min_size=n, max_size=n),
        st.lists(extremes, min_size=n, max_size=n),
        extremes.map(lambda value: [value] * n),
        extremes.map(lambda outlier: [*np.linspace(0.9, 0.91, n - 1), outlier]),
    )


def check_suggestion(study: optuna.Study) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Infinite objective values are clipped")
        assert suggest_architecture(study.ask(), "net", SPACE) in SPACE


@settings(max_examples=40)
@given(
    values=st.integers(1, 25).flatmap(lists_of_values),
    acquisition=st.sampled_from(ACQUISITIONS),
    direction=st.sampled_from(["minimize", "maximize"]),
    n_different=st.sampled_from([1, 2, len(NETWORKS)]),
    without_value=st.lists(
        st.sampled_from([TrialState.FAIL, TrialState.PRUNED, TrialState.RUNNING]), max_size=4
    ),
    data=st.data(),
)
def test_any_values(
    values: list[float],
    acquisition: AcquisitionName,
    direction: str,
    n_different: int,
    without_value: list[TrialState],
    data: st.DataObject,
) -> None:
    study = optuna.create_study(direction=direction, sampler=SAMPLERS[acquisition])
    networks = st.sampled_from(NETWORKS[:n_different])
    for value in values:
        study.add_trial(create_architecture_trial({"net": data.draw(networks)}, value=value))
    for state in without_value:
        study.add_trial(create_architecture_trial({"net": data.draw(networks)}, state=state))
    check_suggestion(study)


@pytest.mark.parametrize("acquisition", ACQUISITIONS)
@pytest.mark.parametrize("reported", [math.nan, math.inf, -math.inf, 1e308, 5e-324])
def test_pruned_trials_with_any_last_report(acquisition: AcquisitionName, reported: float) -> None:
    study = optuna.create_study(sampler=SAMPLERS[acquisition])
    for value, network in enumerate(NETWORKS[:5]):
        study.add_trial(create_architecture_trial({"net": network}, value=float(value)))

    def objective(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "net", SPACE)
        trial.report(0.5, 0)
        trial.report(reported, 1)
        raise optuna.TrialPruned

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Infinite objective values are clipped")
        study.optimize(objective, n_trials=3)
    assert [trial.state for trial in study.trials[5:]] == [TrialState.PRUNED] * 3
    check_suggestion(study)


@pytest.mark.parametrize("acquisition", ACQUISITIONS)
def test_trials_whose_value_is_not_a_number(acquisition: AcquisitionName) -> None:
    study = optuna.create_study(sampler=SAMPLERS[acquisition])
    values = [math.nan, 1.0, math.nan, 2.0]

    def objective(trial: optuna.Trial) -> float:
        assert suggest_architecture(trial, "net", SPACE) in SPACE
        return values[trial.number]

    study.optimize(objective, n_trials=4)
    assert [trial.state == TrialState.FAIL for trial in study.trials] == [True, False] * 2
    check_suggestion(study)


def test_500_observations_of_few_networks() -> None:
    study = optuna.create_study(sampler=SAMPLERS["log_ei"])
    values = [1e308, -1e308, math.inf, 5e-324, 0.0]
    study.add_trials(
        [
            create_architecture_trial({"net": NETWORKS[i % 40]}, value=values[i % 5])
            for i in range(500)
        ]
    )
    check_suggestion(study)
