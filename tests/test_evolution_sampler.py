"""The evolutionary baseline in a study."""

from __future__ import annotations

import optuna
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
POOL = SPACE.initial_pool


def value(architecture: Architecture) -> float:
    n_relu = sum(layer.label == "relu" for layer in architecture.layers)
    return n_relu - sum(layer.units or 0 for layer in architecture.layers) / 100


def search(seed: int, n_trials: int, sign: float = 1.0) -> list[Architecture]:
    study = optuna.create_study(
        direction="maximize" if sign > 0 else "minimize", sampler=EvolutionSampler(seed=seed)
    )
    study.optimize(
        lambda trial: sign * value(suggest_architecture(trial, "net", SPACE)), n_trials=n_trials
    )
    return [get_architecture(trial, "net") for trial in study.trials]


def test_initial_pool_comes_first() -> None:
    networks = search(seed=0, n_trials=len(POOL) + 3)
    assert networks[: len(POOL)] == list(POOL)
    assert not set(networks[len(POOL) :]) & set(POOL)


def test_search_beats_the_initial_pool_and_repeats_nothing() -> None:
    networks = search(seed=0, n_trials=60)
    assert max(map(value, networks)) > max(map(value, POOL)) + 1
    assert all(network in SPACE for network in networks)
    assert len({network.canonical_hash() for network in networks}) == 60


def test_minimising_equals_maximising_the_negative() -> None:
    assert search(seed=0, n_trials=20) == search(seed=0, n_trials=20, sign=-1.0)


def test_children_come_from_good_parents() -> None:
    """One outstanding network: nearly all children are edits of it."""
    scores = []
    for number in range(20):
        study = optuna.create_study(direction="maximize", sampler=EvolutionSampler(seed=number))
        study.add_trials(
            create_architecture_trial({"net": network}, value=100.0 * (index == 3))
            for index, network in enumerate(POOL)
        )
        child = suggest_architecture(study.ask(), "net", SPACE)
        same_layers = [len(set(child.layers) & set(parent.layers)) for parent in POOL]
        scores.append(same_layers[3] == max(same_layers))
    assert sum(scores) >= 15


@pytest.mark.parametrize("seed", range(8))
def test_small_space_is_exhausted_before_anything_repeats(seed: int) -> None:
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=8, max_edges=3)
    study = optuna.create_study(sampler=EvolutionSampler(seed=seed))
    study.optimize(lambda trial: value(suggest_architecture(trial, "net", space)), n_trials=7)
    assert len({get_architecture(trial, "net") for trial in study.trials}) == 7


@pytest.mark.parametrize("bad", [float("inf"), -float("inf")])
def test_infinite_values_are_clipped_with_a_warning(bad: float) -> None:
    study = optuna.create_study(sampler=EvolutionSampler(seed=0))
    study.add_trials(
        create_architecture_trial({"net": network}, value=bad if index == 0 else float(index))
        for index, network in enumerate(POOL)
    )
    with pytest.warns(UserWarning, match="Infinite objective values are clipped"):
        assert suggest_architecture(study.ask(), "net", SPACE) not in POOL
