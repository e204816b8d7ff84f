"""Networks that the owner of a study queues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


def chain(*labels: str, reordered: bool = False) -> Architecture:
    layers = [Layer("ip"), *(Layer(label, 32) for label in labels), Layer("linear"), Layer("op")]
    edges = [(index, index + 1) for index in range(len(layers) - 1)]
    if reordered:
        last = len(layers) - 1
        layers = layers[::-1]
        edges = [(last - start, last - end) for start, end in edges]
    return Architecture(layers=tuple(layers), edges=tuple(edges), kind="mlp-reg")


def diamond(upper: str, lower: str) -> Architecture:
    layers = (Layer("ip"), Layer(upper, 32), Layer(lower, 32), Layer("linear"), Layer("op"))
    edges = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4))
    return Architecture(layers=layers, edges=edges, kind="mlp-reg")


def n_enqueued(study: optuna.Study, network: Architecture, **keywords: Any) -> int:
    before = len(study.trials)
    enqueue_architecture(study, {"net": network}, skip_if_exists=True, **keywords)
    return len(study.trials) - before


def test_doubles_are_told_by_graph(study: optuna.Study) -> None:
    assert diamond("relu", "tanh") != diamond("tanh", "relu")
    assert n_enqueued(study, diamond("relu", "tanh")) == 1
    assert n_enqueued(study, diamond("tanh", "relu")) == 0
    assert n_enqueued(study, diamond("relu", "relu")) == 1
    assert n_enqueued(study, chain("relu", "tanh")) == 1
    assert n_enqueued(study, chain("tanh", "relu")) == 1
    assert n_enqueued(study, chain("relu", "tanh", reordered=True)) == 0


def test_doubles_are_told_by_parameters_too(study: optuna.Study) -> None:
    assert n_enqueued(study, NETWORKS[0], params={"lr": 0.1}) == 1
    assert n_enqueued(study, NETWORKS[0], params={"lr": 0.2}) == 1
    assert n_enqueued(study, NETWORKS[0]) == 1
    assert n_enqueued(study, NETWORKS[0], params={"lr": 0.1}) == 0


def test_doubles_of_finished_trials_are_skipped(study: optuna.Study) -> None:
    def objective(trial: optuna.Trial) -> float:
        suggest_architecture(trial, "net", SPACE)
        return trial.suggest_float("lr", 0, 1)

    enqueue_architecture(study, {"net": NETWORKS[3]})
    study.optimize(objective, n_trials=2)
    enqueued, sampled = study.trials
    assert n_enqueued(study, NETWORKS[3]) == 0
    assert n_enqueued(study, NETWORKS[3], params=enqueued.params) == 0
    assert n_enqueued(study, get_architecture(sampled, "net"), params=sampled.params) == 0
    assert n_enqueued(study, get_architecture(sampled, "net"), params={"lr": 2.0}) == 1


@pytest.mark.parametrize("storage", ["memory", "sqlite"])
def test_doubles_with_tuples_among_the_parameters(storage: str, tmp_path: Path) -> None:
    # A database keeps them as lists.
    url = f"sqlite:///{tmp_path}/study.db" if storage == "sqlite" else None
    study = optuna.create_study(storage=url)
    assert n_enqueued(study, NETWORKS[0], params={"betas": (0.9, 0.99), "lr": 1}) == 1
    assert n_enqueued(study, NETWORKS[0], params={"betas": (0.9, 0.99), "lr": 1.0}) == 0
    assert n_enqueued(study, NETWORKS[0], params={"betas": (0.9, 0.999), "lr": 1}) == 1


def test_doubles_with_parameters_that_json_does_not_hold(study: optuna.Study) -> None:
    assert n_enqueued(study, NETWORKS[0], params={"loss": abs, "n": np.int64(3)}) == 1
    assert n_enqueued(study, NETWORKS[0], params={"loss": abs, "n": 3}) == 0
    assert n_enqueued(study, NETWORKS[0], params={"loss": max, "n": 3}) == 1


def test_doubles_need_the_name(study: optuna.Study) -> None:
    enqueue_architecture(study, {"encoder": NETWORKS[0]})
    assert n_enqueued(study, NETWORKS[0]) == 1


def test_doubles_are_enqueued_unless_forbidden(study: optuna.Study) -> None:
    for _ in range(2):
        enqueue_architecture(study, {"net": NETWORKS[0]})
    assert len(study.trials) == 2


def test_unreadable_trials_are_no_doubles(study: optuna.Study) -> None:
    study.enqueue_trial({}, user_attrs={"architecture:net": "damaged"})
    assert n_enqueued(study, NETWORKS[0]) == 1


# --- Wrong arguments
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"study": None}, TypeError, "study: expected an Optuna study, got None"),
        ({"architectures": NETWORKS[0]}, TypeError, "architectures: expected a mapping"),
        ({"architectures": {}}, TypeError, "architectures: expected a mapping"),
        ({"architectures": {"net": NETWORKS[0].to_dict()}}, TypeError, r"architectures\['net'\]"),
        ({"architectures": {3: NETWORKS[0]}}, TypeError, "name: expected a string, got 3"),
        ({"architectures": {"a:b": NETWORKS[0]}}, ValueError, "name: .* without colons"),
        ({"params": [("lr", 0.1)]}, TypeError, "params: expected a mapping"),
        ({"user_attrs": "abc"}, TypeError, "user_attrs: expected a mapping"),
        ({"user_attrs": {3: "abc"}}, TypeError, "user_attrs: expected strings as keys, got 3"),
        ({"user_attrs": {"architecture:net": 1}}, ValueError, "user_attrs: expected no key"),
        ({"skip_if_exists": "no"}, TypeError, "skip_if_exists: expected True or False, got 'no'"),
    ],
)
def test_wrong_arguments_of_enqueue(
    change: dict[str, Any], error: type[Exception], message: str, study: optuna.Study
) -> None:
    arguments = {"study": study, "architectures": {"net": NETWORKS[0]}, **change}
    with pytest.raises(error, match=message):
        enqueue_architecture(**arguments)
    assert study.trials == []
