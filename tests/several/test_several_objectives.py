"""Studies with several objectives, whose trials ask for a network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import count_parameters
from optuna_nasbot import get_architecture
from optuna_nasbot import pareto_architectures
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import Architecture

SPACE = MLPSpace(task="regression", max_layers=10, max_units=64)
SAMPLERS = pytest.mark.parametrize("make", [NASBOTSampler, EvolutionSampler])


def size(network: Architecture) -> float:
    return math.log10(count_parameters(network, inputs=4, outputs=1))


def error(network: Architecture) -> float:
    """Deep networks of 32 units are the best, whatever their size."""
    units = [layer.units for layer in network.layers if layer.units]
    return abs(math.log2(float(np.mean(units)) / 32)) + 4.0 / len(units)


def both(trial: optuna.Trial) -> tuple[float, float]:
    network = suggest_architecture(trial, "net", SPACE)
    return error(network), size(network)


def searched(
    sampler: Any,
    n: int,
    objective: Callable[[optuna.Trial], Any] = both,
    directions: tuple[str, ...] = ("minimize", "minimize"),
    **options: Any,
) -> optuna.Study:
    study = optuna.create_study(directions=directions, sampler=sampler, **options)
    study.optimize(objective, n_trials=n)
    return study


def values(study: optuna.Study) -> list[list[float]]:
    return [trial.values for trial in study.trials]


def missed(study: optuna.Study) -> float:
    """How much of the area below an error of 6 and 10^5 parameters the front leaves free."""
    front = sorted(trial.values for trial in study.best_trials)
    area, least = 0.0, 5.0
    for one, two in front:
        if one < 6.0 and two < least:
            area += (6.0 - one) * (least - two)
            least = two
    return 30.0 - area


@SAMPLERS
def test_a_seed_repeats_a_study_in_one_piece_or_in_several(
    make: Callable[..., Any], tmp_path: Any
) -> None:
    once = values(searched(make(seed=3), 12))
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    for n in (7, 5):
        pieces = searched(
            make(seed=3), n, storage=storage, study_name="pieces", load_if_exists=True
        )
    assert values(pieces) == once


@pytest.mark.slow
def test_a_model_of_each_objective_finds_a_better_front() -> None:
    found = missed(searched(NASBOTSampler(seed=101), 40))
    assert found < missed(searched(EvolutionSampler(seed=101), 40)) - 0.4


@pytest.mark.parametrize("acquisition", ["ucb", "ts"])
@pytest.mark.slow
def test_other_acquisitions_find_a_front(acquisition: Any) -> None:
    found = missed(searched(NASBOTSampler(seed=0, acquisition=acquisition), 14))
    assert found < missed(searched(optuna.samplers.RandomSampler(seed=0), 14))


def test_directions_are_those_of_the_study() -> None:
    def mirrored(trial: optuna.Trial) -> tuple[float, float]:
        one, two = both(trial)
        return -one, two

    plain = searched(NASBOTSampler(seed=1), 12)
    turned = searched(NASBOTSampler(seed=1), 12, mirrored, ("maximize", "minimize"))
    assert [(-one, two) for one, two in values(turned)] == [tuple(v) for v in values(plain)]


def test_pareto_architectures_are_on_the_front() -> None:
    study = searched(EvolutionSampler(seed=0), 15)
    front = pareto_architectures(study, "net")
    assert [[error(each), size(each)] for each in front] == [
        trial.values for trial in sorted(study.best_trials, key=lambda trial: trial.number)
    ]


@SAMPLERS
def test_parameters_are_searched_too(make: Callable[..., Any]) -> None:
    def with_rate(trial: optuna.Trial) -> tuple[float, float]:
        rate = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
        one, two = both(trial)
        return one + abs(math.log10(rate) + 3.0), two

    study = searched(make(seed=2), 14, with_rate)
    assert len({trial.params["lr"] for trial in study.trials}) > 7
    assert all(trial.state == TrialState.COMPLETE for trial in study.trials)


@SAMPLERS
def test_three_objectives(make: Callable[..., Any]) -> None:
    def three(trial: optuna.Trial) -> tuple[float, float, float]:
        one, two = both(trial)
        return one, two, float(trial.number % 3)

    study = searched(make(seed=0), 12, three, ("minimize",) * 3)
    assert len(study.get_trials(states=(TrialState.COMPLETE,))) == 12


@SAMPLERS
def test_trials_that_fail_or_give_nan(make: Callable[..., Any]) -> None:
    def fails(trial: optuna.Trial) -> tuple[float, float]:
        one, two = both(trial)
        if trial.number % 4 == 1:
            raise ValueError
        return one, math.nan if trial.number % 4 == 2 else two

    study = optuna.create_study(directions=["minimize"] * 2, sampler=make(seed=0))
    study.optimize(fails, n_trials=13, catch=ValueError)
    ended = [trial.state == TrialState.COMPLETE for trial in study.trials]
    assert ended == [number % 4 in (0, 3) for number in range(13)]


@SAMPLERS
def test_objectives_that_are_all_equal(make: Callable[..., Any]) -> None:
    def equal(trial: optuna.Trial) -> tuple[float, float]:
        both(trial)
        return 0.0, 1.0

    assert len(searched(make(seed=0), 9, equal).trials) == 9


def test_no_network_twice() -> None:
    study = searched(NASBOTSampler(seed=4), 25)
    hashes = [get_architecture(trial, "net").canonical_hash() for trial in study.trials]
    assert len(set(hashes)) == 25


@SAMPLERS
def test_workers(make: Callable[..., Any]) -> None:
    study = optuna.create_study(directions=["minimize"] * 2, sampler=make(seed=0))
    study.optimize(both, n_trials=12, n_jobs=2)
    assert len(study.trials) == 12
