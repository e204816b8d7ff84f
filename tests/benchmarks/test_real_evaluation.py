from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from optuna_nasbot import Architecture
from optuna_nasbot import Layer


def network(units: int) -> Architecture:
    layers = (Layer("ip"), Layer("relu", units), Layer("linear"), Layer("op"))
    return Architecture(layers, ((0, 1), (1, 2), (2, 3)), "mlp-reg")


@pytest.fixture(autouse=True)
def torch_as_before() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.set_flush_denormal(False)


@pytest.fixture
def data(tmp_path) -> Path:
    """A folder with a small data set."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    np.savez(tmp_path / "uci_protein.npz", X=x, y=x[:, 0] * x[:, 1])
    return tmp_path


@pytest.fixture
def trainer(module, data):
    return module("evaluation").Trainer(data, data / "cache.db")


@pytest.fixture
def evaluate(module, trainer):
    def of_network(net: Architecture, seed: int = 0) -> float:
        return module("evaluation").evaluate(net, "protein", seed, trainer)

    return of_network


@pytest.fixture
def failure(module, trainer):
    """Why the training of a network that a search has evaluated failed."""

    def of_network(net: Architecture) -> str:
        [training] = module("evaluation").trainings_of_search(net, "protein", 0)
        return trainer(training).failure

    return of_network


@pytest.fixture
def limited(module, monkeypatch):
    """Allow trainings so many CPU seconds."""
    tasks = module("real_tasks").TASKS

    def limit(cpu_seconds: float) -> None:
        monkeypatch.setitem(tasks, "protein", replace(tasks["protein"], cpu_seconds=cpu_seconds))

    return limit


class NoProcess:
    def call(self, *arguments: object) -> None:
        raise AssertionError("expected no training")


# --- calls in another process


def test_calls_return_and_raise(module) -> None:
    process = module("evaluation_process").SeparateProcess()
    child = process.call(10.0, os.getpid)
    assert child != os.getpid()
    with pytest.raises(ValueError, match="math domain error"):
        process.call(10.0, math.sqrt, -1.0)
    assert process.call(10.0, os.getpid) == child


def test_a_process_that_dies_is_followed_by_another_one(module) -> None:
    evaluation_process = module("evaluation_process")
    process = evaluation_process.SeparateProcess()
    with pytest.raises(evaluation_process.ProcessDiedError, match=r"^crashed \(SIGABRT\)$"):
        process.call(10.0, os.abort)
    with pytest.raises(evaluation_process.ProcessDiedError, match=r"^took too long \(SIGPROF\)$"):
        process.call(0.1, pow, 3, 10**8)
    assert process.call(10.0, math.sqrt, 4.0) == 2


def test_a_process_that_somebody_ended_is_no_failure_of_the_call(module) -> None:
    evaluation_process = module("evaluation_process")
    with pytest.raises(RuntimeError, match="was ended") as caught:
        evaluation_process.SeparateProcess().call(10.0, signal.raise_signal, signal.SIGTERM)
    assert not isinstance(caught.value, evaluation_process.ProcessDiedError)


def test_a_process_that_was_stopped_for_long_is_no_failure_of_the_call(module) -> None:
    evaluation_process = module("evaluation_process")
    with pytest.raises(RuntimeError, match=f"was ended .*{-signal.SIGALRM}") as caught:
        evaluation_process.SeparateProcess().call(0.05, time.sleep, 60.0)
    assert not isinstance(caught.value, evaluation_process.ProcessDiedError)


# --- evaluations


@pytest.mark.slow
def test_values_are_reproducible_and_remembered(
    module, data, trainer, evaluate, monkeypatch
) -> None:
    value = evaluate(network(32))
    assert math.isfinite(value)
    assert value < 0
    [training] = module("evaluation").trainings_of_search(network(32), "protein", 0)
    assert math.log(module("evaluation").do_training(training, data).valid) == value
    assert evaluate(network(32), seed=1) != value

    monkeypatch.setattr(trainer, "_process", NoProcess())
    assert evaluate(network(32)) == value
    with pytest.raises(AssertionError, match="expected no training"):
        evaluate(network(40))


def test_too_slow_is_as_good_as_the_mean(trainer, evaluate, failure, limited, monkeypatch) -> None:
    limited(0.02)
    assert evaluate(network(32)) == 0
    monkeypatch.setattr(trainer, "_process", NoProcess())
    assert evaluate(network(32)) == 0
    assert failure(network(32)) == "took too long (SIGPROF)"


def test_a_crash_is_as_good_as_the_mean(module, evaluate, failure, monkeypatch) -> None:
    def crash(*arguments: object) -> None:
        raise module("evaluation_process").ProcessDiedError("crashed (SIGSEGV)")

    monkeypatch.setattr(module("evaluation_process").SeparateProcess, "call", crash)
    assert evaluate(network(32)) == 0
    assert failure(network(32)) == "crashed (SIGSEGV)"


@pytest.mark.parametrize("valid", [math.nan, math.inf])
def test_diverged_is_as_good_as_the_mean(
    module, evaluate, failure, monkeypatch, valid: float
) -> None:
    errors = module("training").Errors(valid, 1.0)
    process = module("evaluation_process").SeparateProcess
    monkeypatch.setattr(process, "call", lambda *arguments: errors)
    assert evaluate(network(32)) == 0
    assert failure(network(32)) == "diverged"


@pytest.mark.slow
def test_retrainings_take_as_long_as_they_need(module, trainer, limited) -> None:
    limited(0.02)
    [training, *_] = module("evaluation").retrainings(network(32), "protein")
    errors = trainer(training)
    assert math.isfinite(errors.test)
    assert errors.failure == ""


def test_nothing_is_worse_than_the_mean(module) -> None:
    tasks = module("real_tasks").TASKS
    for error in (math.nan, math.inf, 1.5, 1.0):
        assert tasks["blog"].loss(error) == 0
        assert tasks["cifar10"].loss(error) == 0.9
    assert tasks["blog"].loss(0.1) == pytest.approx(math.log(0.1))
    assert tasks["cifar10"].loss(0.4) == 0.4


def test_indoor_takes_the_mean_of_two_trainings(module) -> None:
    evaluation, training = module("evaluation"), module("training")
    trained = []

    def trainer(wanted):
        trained.append(wanted.seed)
        return training.Errors(valid=(0.1, 0.001)[len(trained) - 1], test=1.0)

    value = evaluation.evaluate(network(32), "indoor", 0, trainer)
    assert value == pytest.approx(math.log(0.01))
    assert len(set(trained)) == 2


def test_retrainings_are_new_to_searches(module) -> None:
    evaluation = module("evaluation")
    seen = {
        training.seed
        for seed in range(20)
        for training in evaluation.trainings_of_search(network(32), "indoor", seed)
    }
    assert len(seen) == 40
    again = {training.seed for training in evaluation.retrainings(network(32), "indoor")}
    assert len(again) == 3
    assert not again & seen


@pytest.mark.slow
def test_many_trainings_at_once_are_those_one_by_one(module, data) -> None:
    evaluation = module("evaluation")
    wanted = [evaluation.retrainings(network(units), "protein")[0] for units in (8, 12, 16)]
    errors = evaluation.train_all(wanted, data, data / "cache.db", 2)
    assert errors == {training: evaluation.do_training(training, data) for training in wanted}


def test_networks_are_trained_narrow(module, data, monkeypatch) -> None:
    evaluation = module("evaluation")
    trained = []
    monkeypatch.setattr(evaluation, "train", lambda net, *rest: trained.append(net))
    [narrow, *_] = evaluation.retrainings(network(40), "protein")
    [plain, *_] = evaluation.retrainings(network(40), "protein", width=1.0)
    for training in (narrow, plain):
        evaluation.do_training(training, data)
    assert trained == [network(10), network(40)]


def test_widths_are_at_least_what_pytorch_survives(module) -> None:
    tasks = module("real_tasks")
    assert tasks.TASKS["cifar10"].space.min_units * tasks.WIDTH >= 8
