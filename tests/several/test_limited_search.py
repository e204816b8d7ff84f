"""Searches under constraints that the objective sets, or that are known."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import optuna
import pytest

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import count_parameters
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import Architecture

SPACE = MLPSpace(task="regression", max_layers=14, max_units=128)
LIMIT = 5_000
IS_NEW = hasattr(optuna.trial.Trial, "set_constraint")


def size(network: Architecture) -> int:
    return count_parameters(network, inputs=4, outputs=1)


def margin(network: Architecture) -> float:
    return float(size(network) - LIMIT)


def objective(trial: optuna.Trial) -> float:
    network = asked(trial)
    if IS_NEW:
        trial.set_constraint("size", margin(network))
    return quality(network)


def asked(trial: optuna.Trial) -> Architecture:
    network = suggest_architecture(trial, "net", SPACE)
    trial.set_user_attr("margin", margin(network))
    return network


def quality(network: Architecture) -> float:
    """More parameters are better, up to four times the limit."""
    return min(size(network), 4 * LIMIT) ** 0.25


def search(make: Callable[..., Any], n: int, seed: int = 0, **options: Any) -> optuna.Study:
    if not IS_NEW:
        options["constraints_func"] = lambda trial: (trial.user_attrs["margin"],)
    study = optuna.create_study(direction="maximize", sampler=make(seed=seed, **options))
    study.optimize(objective, n_trials=n)
    return study


def n_feasible(study: optuna.Study, first: int) -> int:
    return sum(trial.user_attrs["margin"] <= 0 for trial in study.trials[first:])


@pytest.mark.parametrize(
    "acquisition", ["log_ei", "ucb", pytest.param("ts", marks=pytest.mark.slow)]
)
def test_searches_what_is_feasible(acquisition: Any) -> None:
    study = search(NASBOTSampler, 16, acquisition=acquisition)
    assert n_feasible(study, 5) >= 4
    assert size(best_architecture(study, "net")) <= LIMIT


def test_evolution_goes_on_from_what_is_feasible() -> None:
    study = search(EvolutionSampler, 40)
    assert n_feasible(study, 20) > n_feasible(study, 0) - n_feasible(study, 20)


def test_the_start_covers_sizes() -> None:
    sizes = [trial.user_attrs["margin"] + LIMIT for trial in search(NASBOTSampler, 6).trials]
    assert min(sizes[1:]) < 0.1 * max(sizes)


def test_a_known_constraint_is_kept() -> None:
    study = search(NASBOTSampler, 20, known={"size" if IS_NEW else "0": margin})
    assert n_feasible(study, 5) == 15
    assert size(best_architecture(study, "net")) > 0.9 * LIMIT


def test_a_known_constraint_need_not_be_set() -> None:
    study = optuna.create_study(
        direction="maximize", sampler=NASBOTSampler(seed=1, known={"size": margin})
    )
    study.optimize(lambda trial: size(suggest_architecture(trial, "net", SPACE)) ** 0.25, 14)
    values = [trial.values[0] ** 4 for trial in study.trials[5:]]
    assert max(values) <= LIMIT + 1


def test_a_known_objective_needs_no_model() -> None:
    asked: list[Architecture] = []

    def known(network: Architecture) -> float:
        asked.append(network)
        return float(size(network))

    def both(trial: optuna.Trial) -> tuple[float, float]:
        network = suggest_architecture(trial, "net", SPACE)
        return abs(len(network.layers) - 10), float(size(network))

    study = optuna.create_study(
        directions=["minimize", "minimize"], sampler=NASBOTSampler(seed=0, known={1: known})
    )
    study.optimize(both, n_trials=12)
    assert len(asked) > 100
    assert len(study.best_trials) > 1


def test_a_known_constraint_that_is_not_set_leads_away_from_what_breaks_it() -> None:
    study = optuna.create_study(
        direction="maximize", sampler=NASBOTSampler(seed=0, known={"size": margin})
    )
    for network in SPACE.initial_pool:
        study.add_trial(create_architecture_trial({"net": network}, value=quality(network)))
    assert all(margin(network) > 0 for network in SPACE.initial_pool)
    study.optimize(lambda trial: quality(suggest_architecture(trial, "net", SPACE)), 8)
    tried = [get_architecture(trial, "net") for trial in study.trials[-8:]]
    assert all(margin(network) <= 0 for network in tried)


def test_a_trial_from_elsewhere_has_its_constraints() -> None:
    study = optuna.create_study(direction="maximize", sampler=NASBOTSampler(seed=0))
    for network in SPACE.pool_of_sizes:
        study.add_trial(
            create_architecture_trial(
                {"net": network}, value=quality(network), constraints={"size": margin(network)}
            )
        )
    assert margin(best_architecture(study, "net")) <= 0


@pytest.mark.parametrize("constraints", [[1.0], {1: 2.0}, 3.0, {"size": None}])
def test_wrong_constraints_of_a_trial_from_elsewhere(constraints: Any) -> None:
    with pytest.raises(TypeError, match="constraints"):
        create_architecture_trial(
            {"net": SPACE.initial_pool[0]}, value=1.0, constraints=constraints
        )


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda network: 1 / 0, RuntimeError, r"known\['size'\]: .* raised ZeroDivisionError"),
        (lambda network: "1", TypeError, r"known\['size'\]: .* return a number, got '1'"),
        (lambda network: 10**400, ValueError, r"known\['size'\]: .* finite number"),
        (lambda network: float("nan"), ValueError, r"known\['size'\]: .* finite number"),
    ],
)
def test_wrong_functions(function: Any, error: type[Exception], message: str) -> None:
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, known={"size": function}))
    with pytest.raises(error, match=message):
        study.optimize(lambda trial: float(size(suggest_architecture(trial, "net", SPACE))), 7)


@pytest.mark.parametrize("known", [3, {1.5: margin}, {True: margin}, {"size": 3}])
def test_wrong_argument(known: Any) -> None:
    with pytest.raises(TypeError, match="known: expected functions"):
        NASBOTSampler(known=known)


@pytest.mark.skipif(not IS_NEW, reason="Constraints are set in an objective since Optuna 5.")
def test_a_constraint_is_set_by_name_from_some_trial_on() -> None:
    """As when Optuna 4's `constraints_func` is given up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        old = NASBOTSampler(seed=0, constraints_func=lambda trial: (trial.user_attrs["margin"],))
    study = optuna.create_study(direction="maximize", sampler=old)
    study.optimize(lambda trial: quality(asked(trial)), n_trials=6)
    study.sampler = NASBOTSampler(seed=0)
    study.optimize(objective, n_trials=15)
    assert n_feasible(study, 6) >= 4
    assert size(best_architecture(study, "net")) > 0.8 * LIMIT


@pytest.mark.skipif(not IS_NEW, reason="Constraints are set in an objective since Optuna 5.")
def test_trials_of_before_the_constraint_are_not_the_best() -> None:
    study = optuna.create_study(direction="maximize", sampler=NASBOTSampler(seed=2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(
            lambda trial: float(size(suggest_architecture(trial, "net", SPACE))) ** 0.25, 6
        )
        study.optimize(objective, n_trials=10)
    assert n_feasible(study, 6) >= 4


@pytest.mark.skipif(not IS_NEW, reason="Constraints are set in an objective since Optuna 5.")
@pytest.mark.parametrize("make", [NASBOTSampler, EvolutionSampler])
@pytest.mark.parametrize(
    ("set_by_one", "expected"),
    [
        ([], "Trial 1 has no constraints though others have ['depth', 'size']: for the search"),
        (["size"], "Trial 1 lacks the constraint 'depth', which others have: only those that"),
    ],
)
def test_constraints_that_some_trials_lack_are_told_once(
    make: Callable[..., Any], set_by_one: list[str], expected: str
) -> None:
    def forgetful(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", SPACE)
        for name in set_by_one if trial.number == 1 else ["size", "depth"]:
            trial.set_constraint(name, margin(network))
        return 1.0

    study = optuna.create_study(sampler=make(seed=0))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(forgetful, n_trials=5)
    told = [str(each.message) for each in caught if "constraint" in str(each.message)]
    assert len(told) == 1
    assert told[0].startswith(expected)
