"""Slips of a study's owner: names that nobody asks for, networks of another space."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import GraphSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool
OUTSIDE = MLPSpace(min_layers=9).initial_pool[0]


@pytest.fixture(params=[NASBOTSampler, optuna.samplers.RandomSampler])
def study(request: pytest.FixtureRequest) -> optuna.Study:
    return optuna.create_study(sampler=request.param())


def one(trial: optuna.Trial) -> float:
    return float(len(suggest_architecture(trial, "net", SPACE).layers))


def two(trial: optuna.Trial) -> float:
    encoder = suggest_architecture(trial, "encoder", SPACE)
    return len(encoder.layers) + float(len(suggest_architecture(trial, "decoder", SPACE).layers))


def warned(study: optuna.Study, objective: Any, **keywords: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(objective, n_trials=4, **keywords)
    return [str(each.message) for each in caught if "did not ask for" in str(each.message)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_name_that_is_not_asked_for_is_told_once(study: optuna.Study, n_jobs: int) -> None:
    for _ in range(2):
        enqueue_architecture(study, {"ent": NETWORKS[0]})
    messages = warned(study, one, n_jobs=n_jobs)
    assert len(messages) == 1
    assert "carries an architecture 'ent'" in messages[0]
    assert "asks for 'net'" in messages[0]


def test_one_of_two_names_is_told(study: optuna.Study) -> None:
    enqueue_architecture(study, {"encoder": NETWORKS[0], "dekoder": NETWORKS[1]})
    messages = warned(study, two)
    assert len(messages) == 1
    assert "Trial 0 carries an architecture 'dekoder'" in messages[0]
    assert "asks for 'decoder', 'encoder'" in messages[0]


def test_names_that_are_asked_for_are_not_told(study: optuna.Study) -> None:
    enqueue_architecture(study, {"decoder": NETWORKS[0]})
    enqueue_architecture(study, {"encoder": NETWORKS[0], "decoder": NETWORKS[1]})
    assert warned(study, two) == []


def test_trial_that_did_not_come_so_far_is_not_told(study: optuna.Study) -> None:
    enqueue_architecture(study, {"encoder": NETWORKS[0], "decoder": NETWORKS[1]})

    def failing_at_first(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "encoder", SPACE)
        if trial.number == 0:
            raise MemoryError
        return two(trial)

    assert warned(study, failing_at_first, catch=MemoryError) == []


def test_name_that_only_some_trials_ask_for_is_not_told(study: optuna.Study) -> None:
    study.optimize(two, n_trials=1)
    enqueue_architecture(study, {"net": NETWORKS[0], "decoder": NETWORKS[1]})
    assert warned(study, one) == []


def test_name_of_a_pruned_trial_is_told(study: optuna.Study) -> None:
    enqueue_architecture(study, {"ent": NETWORKS[0]})

    def pruned(trial: optuna.Trial) -> float:
        trial.report(one(trial), 0)
        raise optuna.TrialPruned

    assert len(warned(study, pruned)) == 1


def test_space_whose_kind_has_another_space_now_refuses_nothing() -> None:
    def space(least: float) -> GraphSpace:
        own = Operation("own", mass=lambda given, units: least * units)
        return GraphSpace(kind="test-requested", operations=[own, "relu"], max_layers=8)

    studies = [optuna.create_study() for _ in range(2)]
    for study in studies:
        study.optimize(
            lambda trial: len(suggest_architecture(trial, "net", space(1.0)).layers), n_trials=2
        )
    enqueue_architecture(studies[0], {"net": space(2.0).initial_pool[0]})
    assert len(studies[0].trials) == 3


def test_network_outside_the_space_costs_no_trial(study: optuna.Study) -> None:
    study.optimize(one, n_trials=1)
    with pytest.raises(ArchitectureError, match=r"\['net'\]: .*max_layers=8.*Nothing"):
        enqueue_architecture(study, {"net": OUTSIDE})
    assert len(study.trials) == 1
    enqueue_architecture(study, {"other": OUTSIDE})
    enqueue_architecture(study, {"net": NETWORKS[0]})
    assert len(study.trials) == 3


def test_network_outside_an_unknown_space_is_one_clear_failure(study: optuna.Study) -> None:
    enqueue_architecture(study, {"net": OUTSIDE})
    study.optimize(one, n_trials=3, catch=ArchitectureError)
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    with pytest.raises(ArchitectureError, match="max_layers=8"):
        enqueue_architecture(study, {"net": OUTSIDE})


def small(network: Architecture) -> bool:
    return len(network.layers) < 8


def remade(trial: optuna.Trial) -> float:
    space = MLPSpace(max_layers=8, max_units=64, accepts=lambda network: small(network))
    return float(len(suggest_architecture(trial, "net", space).layers))


def with_partial(trial: optuna.Trial) -> float:
    space = MLPSpace(max_layers=8, max_units=64, accepts=partial(small))
    return float(len(suggest_architecture(trial, "net", space).layers))


def with_one_function(trial: optuna.Trial) -> float:
    space = MLPSpace(max_layers=8, max_units=64, accepts=small)
    return float(len(suggest_architecture(trial, "net", space).layers))


def with_other_limits(trial: optuna.Trial) -> float:
    space = MLPSpace(max_layers=8 + trial.number, accepts=lambda network: small(network))
    return float(len(suggest_architecture(trial, "net", space).layers))


@pytest.mark.parametrize(
    ("objective", "n_told"),
    [(remade, 1), (with_partial, 1), (with_one_function, 0), (with_other_limits, 0)],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_function_that_is_made_anew_is_told_once(
    study: optuna.Study, objective: Any, n_told: int, n_jobs: int
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(objective, n_trials=4, n_jobs=n_jobs)
    told = [str(each.message) for each in caught if "a new function accepts" in str(each.message)]
    assert len(told) == n_told
    assert all("The space of 'net' gets" in each and "outside the" in each for each in told)
