"""Trials with given networks: a warm start."""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import pytest
import torch
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.gp.surrogate import SurrogateFitter

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


def test_trial_of_earlier_results(study: optuna.Study) -> None:
    study.add_trial(
        create_architecture_trial(
            {"net": NETWORKS[1], "head": NETWORKS[2]},
            value=0.5,
            params={"lr": 0.1},
            distributions={"lr": optuna.distributions.FloatDistribution(0, 1)},
            user_attrs={"source": "last year"},
            intermediate_values={0: 0.9, 1: 0.5},
        )
    )
    (trial,) = study.trials
    assert trial.state == TrialState.COMPLETE
    assert (trial.value, trial.params) == (0.5, {"lr": 0.1})
    assert trial.intermediate_values == {0: 0.9, 1: 0.5}
    assert trial.user_attrs["source"] == "last year"
    assert best_architecture(study, "net") == NETWORKS[1]
    assert best_architecture(study, "head") == NETWORKS[2]


def test_trial_with_several_values() -> None:
    trial = create_architecture_trial({"net": NETWORKS[1]}, values=[0.5, 2.0])
    assert trial.values == [0.5, 2.0]


@pytest.mark.parametrize("value", [2, np.float32(2), np.int64(2), torch.tensor(2.0)])
def test_values_become_plain_numbers(value: Any) -> None:
    one = create_architecture_trial({"net": NETWORKS[1]}, value=value)
    several = create_architecture_trial({"net": NETWORKS[1]}, values=[value, 0])
    assert [one.value, *several.values] == [2.0, 2.0, 0.0]
    assert all(type(each) is float for each in [one.value, *several.values])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"value": None}, ValueError, "value"),
        ({"value": "x"}, TypeError, "^value: expected a number, got 'x'"),
        ({"value": "1.5"}, TypeError, "^value: expected a number, got '1.5'"),
        ({"value": None, "values": 1.5}, TypeError, "^values: expected numbers, got 1.5"),
        ({"value": None, "values": [1, "x"]}, TypeError, "^values: expected a number, got 'x'"),
        ({"state": "done"}, TypeError, "^state: expected an optuna.trial.TrialState, got 'done'"),
        (
            {"architectures": {"net": None}},
            TypeError,
            r"^architectures\['net'\]: expected ",
        ),
        ({"user_attrs": {3: 1}}, TypeError, "^user_attrs: expected strings as keys, got 3"),
        ({"user_attrs": {"architecture:net:mass": 1}}, ValueError, "^user_attrs: expected no key"),
    ],
)
def test_impossible_trials_are_refused(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    arguments = {"architectures": {"net": NETWORKS[0]}, "value": 0.0, **change}
    with pytest.raises(error, match=message):
        create_architecture_trial(**arguments)


def test_warm_start_spares_start_up_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[int] = []
    fit = SurrogateFitter.fit

    def recorded(self: SurrogateFitter, observed: Any, *rest: Any) -> Any:
        fitted.append(len(observed))
        return fit(self, observed, *rest)

    monkeypatch.setattr(SurrogateFitter, "fit", recorded)
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=3))
    study.add_trials(
        create_architecture_trial({"net": network}, value=float(index))
        for index, network in enumerate(NETWORKS[:3])
    )
    assert suggest_architecture(study.ask(), "net", SPACE) not in NETWORKS[:3]
    assert fitted == [3]


def test_parameters_need_distributions() -> None:
    with pytest.raises(ValueError, match=r"one for each of params, got none for \['lr'\]. Pass"):
        create_architecture_trial({"net": NETWORKS[0]}, value=0.5, params={"lr": 0.1})
