"""Constraints by a function, stored where Optuna reads them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import optuna
import pytest
from optuna.samplers import PartialFixedSampler
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials.private_optuna import stored_constraints

SPACE = MLPSpace(max_layers=8, max_units=64)
SAMPLERS = pytest.mark.parametrize("make", [NASBOTSampler, EvolutionSampler])


def objective(trial: optuna.Trial) -> float:
    n_layers = len(suggest_architecture(trial, "net", SPACE).layers)
    trial.set_user_attr("layers", n_layers)
    return float(n_layers)


def made(make: Callable[..., Any], function: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return make(seed=0, constraints_func=function)


@SAMPLERS
def test_constraints_are_stored_for_optuna(make: Callable[..., Any]) -> None:
    study = optuna.create_study(
        direction="maximize",
        sampler=made(make, lambda trial: (trial.user_attrs["layers"] - 7.5, -1.0)),
    )
    study.optimize(objective, n_trials=7)
    for trial in study.trials:
        assert stored_constraints(trial) == {"0": trial.value - 7.5, "1": -1.0}
        assert trial.system_attrs["constraints"] == (trial.value - 7.5, -1.0)


def test_deprecated_since_optuna_5() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        NASBOTSampler(constraints_func=lambda trial: (0.0,))
    is_new = int(optuna.__version__.split(".")[0]) >= 5
    assert [each.category for each in caught] == [FutureWarning] * is_new
    if is_new:
        assert "Call trial.set_constraint" in str(caught[0].message)
        assert caught[0].filename == __file__


def test_trials_that_fail_have_no_constraints() -> None:
    seen: list[FrozenTrial] = []

    def constraints(trial: FrozenTrial) -> tuple[float]:
        seen.append(trial)
        return (0.0,)

    def fails(trial: optuna.Trial) -> float:
        if trial.number == 1:
            raise ValueError
        return objective(trial)

    study = optuna.create_study(sampler=made(NASBOTSampler, constraints))
    study.optimize(fails, n_trials=3, catch=ValueError)
    assert [trial.number for trial in seen] == [0, 2]
    assert study.trials[1].state == TrialState.FAIL


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (float("nan"), ValueError, r"expected numbers for trial 0, got \(nan,\)"),
        ("a", TypeError, "expected numbers for trial 0, got 'a' among them"),
        ((1.0,), TypeError, r"expected numbers for trial 0, got \(1.0,\) among them"),
    ],
)
def test_wrong_constraints(given: Any, error: type[Exception], message: str) -> None:
    study = optuna.create_study(sampler=made(NASBOTSampler, lambda trial: [given]))
    with pytest.raises(error, match=message):
        study.optimize(objective, n_trials=1)


@SAMPLERS
def test_infinite_constraints(make: Callable[..., Any]) -> None:
    """As where one can't be computed."""
    study = optuna.create_study(
        sampler=made(make, lambda trial: (math.inf if trial.number % 2 else -math.inf,))
    )
    study.optimize(objective, n_trials=13)
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE}
    assert best_architecture(study, "net") == get_architecture(study.best_trial, "net")


@pytest.mark.parametrize("given", [None, 1.0, "ab", {"size": 1.0}])
def test_no_constraints_at_all(given: Any) -> None:
    study = optuna.create_study(sampler=made(NASBOTSampler, lambda trial: given))
    with pytest.raises(TypeError, match="expected a sequence of numbers for trial 0, got"):
        study.optimize(objective, n_trials=1)


def test_whole_numbers_of_any_size() -> None:
    study = optuna.create_study(
        sampler=made(NASBOTSampler, lambda trial: (10**400, -(10**400), True))
    )
    study.optimize(objective, n_trials=7)
    assert stored_constraints(study.trials[0]) == {"0": math.inf, "1": -math.inf, "2": 1.0}


def test_no_function() -> None:
    with pytest.raises(TypeError, match="constraints_func: expected a function of a trial"):
        NASBOTSampler(constraints_func=3)  # type: ignore[arg-type]


def test_trials_without_constraints_are_told_once() -> None:
    class Forgetful(PartialFixedSampler):
        def after_trial(self, *args: Any, **kwargs: Any) -> None: ...

    sampler = made(NASBOTSampler, lambda trial: (0.0,))
    study = optuna.create_study(sampler=Forgetful({}, sampler))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(objective, n_trials=4)
    told = [str(each.message) for each in caught if "no constraints" in str(each.message)]
    assert len(told) == 1
    assert "Trial 0 has no constraints although constraints_func is given" in told[0]
    assert "the search does not see them" in told[0]
    assert "does not call after_trial" in told[0]


def test_a_function_of_a_known_constraint_is_no_reason_to_warn() -> None:
    def layers(network: Architecture) -> float:
        return len(network.layers) - 7.5

    sampler = made(
        partial(NASBOTSampler, known={"0": layers}),
        lambda trial: (trial.user_attrs["layers"] - 7.5,),
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        study.optimize(objective, n_trials=8)
    assert all(trial.value <= 7 for trial in study.trials[5:])
