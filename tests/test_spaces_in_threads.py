"""Spaces of a user's own kind that are made in the objective, in one thread and in several."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import get_ident
from typing import Any
from weakref import WeakSet

import optuna
import pytest
from torch import nn

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import best_architecture
from optuna_nasbot import build_module
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.spaces import ArchitectureSpace

N_THREADS = 4
SAMPLERS: dict[str, Callable[[], Any]] = {
    "nasbot": lambda: NASBOTSampler(seed=0, n_startup_trials=2),
    "evolution": lambda: EvolutionSampler(seed=0),
    "random": lambda: optuna.samplers.RandomSampler(seed=0),
}
each_sampler = pytest.mark.parametrize("sampler", SAMPLERS)


def searched(objective: Callable[..., float], sampler: str, n_trials: int = 12) -> optuna.Study:
    """A study in threads that all are at the same place whenever the objective waits."""
    barrier = Barrier(N_THREADS, timeout=60)
    study = optuna.create_study(sampler=SAMPLERS[sampler]())
    study.optimize(lambda trial: objective(trial, barrier.wait), n_trials, n_jobs=N_THREADS)
    return study


def graph_space(*operations: Operation, kind: str = "test-threads") -> GraphSpace:
    return GraphSpace(kind=kind, operations=[*operations, "relu"], max_layers=8, max_units=16)


def dropping(rate: float) -> Operation:
    def drop(channels_in: int, channels_out: int, stride: int) -> nn.Module:
        return nn.Sequential(nn.Linear(channels_in, channels_out), nn.Dropout(rate))

    return Operation("drop", module=drop)


@each_sampler
def test_each_thread_builds_with_its_own_functions(sampler: str) -> None:
    def objective(trial: optuna.Trial, wait: Callable[[], Any]) -> float:
        rate = trial.suggest_float("rate", 0.1, 0.9)
        wait()
        space = graph_space(dropping(rate))
        wait()
        network = suggest_architecture(trial, "net", space)
        wait()
        module = build_module(network, in_features=3, out_features=1)
        rates = [each.p for each in module.modules() if isinstance(each, nn.Dropout)]
        assert rates == [rate] * [layer.label for layer in network.layers].count("drop")
        assert network in space
        return float(len(network.layers))

    study = searched(objective, sampler)
    labels = {
        layer.label for each in study.trials for layer in get_architecture(each, "net").layers
    }
    assert "drop" in labels
    assert best_architecture(study, "net").kind == "test-threads"


@each_sampler
def test_each_thread_weighs_cells_by_its_own_masses(sampler: str) -> None:
    def objective(trial: optuna.Trial, wait: Callable[[], Any]) -> float:
        mass = 1.0 + trial.number
        heavy = Operation("heavy", mass=lambda channels_in, units: mass)
        wait()
        space = CellSpace(kind="test-thread-cells", operations=[heavy, Operation("light")])
        wait()
        cell = suggest_architecture(trial, "net", space)
        wait()
        labels = [layer.label for layer in cell.layers]
        inner = labels.count("heavy") * mass + labels.count("light")
        assert total_mass(cell) == pytest.approx(inner + 2 * max(0.1 * inner, 0.1))
        return inner

    searched(objective, sampler)


@each_sampler
@pytest.mark.filterwarnings("ignore:Trial .* is left out of the model")
def test_threads_may_give_a_kind_different_layers(sampler: str) -> None:
    def objective(trial: optuna.Trial, wait: Callable[[], Any]) -> float:
        own = Operation(f"own{trial.number % 2}")
        wait()
        space = graph_space(own, kind="test-thread-layers")
        wait()
        network = suggest_architecture(trial, "net", space)
        wait()
        assert network in space
        return float(len(network.layers))

    searched(objective, sampler)


def test_a_space_for_all_threads() -> None:
    space = graph_space(dropping(0.5), kind="test-for-all-threads")
    threads = set()

    def objective(trial: optuna.Trial, wait: Callable[[], Any]) -> float:
        wait()
        threads.add(get_ident())
        network = suggest_architecture(trial, "net", space)
        build_module(network, in_features=3, out_features=1)
        return float(len(network.layers))

    study = searched(objective, "nasbot", 8)
    assert len(threads) == N_THREADS
    assert best_architecture(study, "net") in space


def test_an_enqueued_network_is_read_by_the_space_that_asks() -> None:
    asks = graph_space(Operation("asked"), kind="test-thread-enqueued")
    network = asks.initial_pool[0]
    study = optuna.create_study()
    enqueue_architecture(study, {"net": network})
    graph_space(Operation("other"), kind="test-thread-enqueued")
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(suggest_architecture, study.ask(), "net", asks)
        assert asked.result() == network


def test_cells_are_made_of_the_operations_of_their_space() -> None:
    on_vertices = CellSpace(kind="test-thread-cell", operations=[Operation("own")])
    on_edges = CellSpace(
        kind="test-thread-edge", operations=[Operation("own")], operations_on="edges"
    )
    for kind in ("test-thread-cell", "test-thread-edge"):
        CellSpace(kind=kind, operations=[Operation("other")])

    def made() -> list[Architecture | None]:
        return [
            on_vertices.network_of_vertices(["own"], [(0, 1), (1, 2)]),
            on_edges.network_of_edges({(0, 6): "own"}),
        ]

    with ThreadPoolExecutor(1) as thread:
        cells = thread.submit(made).result()
    assert [cell and cell.layers[1] for cell in cells] == [Layer("own")] * 2


def outcome(space: Callable[[], ArchitectureSpace], sampler: str) -> list[Any]:
    study = optuna.create_study(sampler=SAMPLERS[sampler]())
    study.optimize(lambda trial: total_mass(suggest_architecture(trial, "net", space())), 8)
    return [trial.user_attrs for trial in study.trials]


@pytest.mark.parametrize("sampler", ["nasbot", "evolution"])
def test_a_space_in_each_trial_finds_what_one_for_all_finds(sampler: str) -> None:
    found = outcome(lambda: graph_space(dropping(0.5), kind="test-once"), sampler)
    once = graph_space(dropping(0.5), kind="test-once")
    assert outcome(lambda: once, sampler) == found


@pytest.mark.parametrize("n_jobs", [1, N_THREADS])
def test_functions_of_earlier_trials_are_not_kept(n_jobs: int) -> None:
    alive: WeakSet[Any] = WeakSet()

    def objective(trial: optuna.Trial) -> float:
        own = dropping(0.5)
        alive.add(own.module)
        network = suggest_architecture(trial, "net", graph_space(own, kind="test-not-kept"))
        build_module(network, in_features=3, out_features=1)
        return float(len(network.layers))

    study = optuna.create_study(sampler=SAMPLERS["evolution"]())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study.optimize(objective, n_trials=40, n_jobs=n_jobs)
    gc.collect()
    assert len(alive) <= N_THREADS + 1
