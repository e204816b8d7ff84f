"""What is known of trials beforehand is held against what they return."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import optuna
import pytest

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import count_parameters
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import Architecture

SPACE = MLPSpace(task="regression", max_layers=8, max_units=64)
IS_NEW = hasattr(optuna.trial.Trial, "set_constraint")


def size(network: Architecture) -> float:
    return float(count_parameters(network, inputs=4, outputs=1))


def told(known: Any, returned: Any, n_trials: int = 7) -> list[str]:
    """The warnings of a study of two objectives, the second of which is what `returned` gives."""

    def objective(trial: optuna.Trial) -> tuple[float, float]:
        network = suggest_architecture(trial, "net", SPACE)
        if IS_NEW:
            trial.set_constraint("size", returned(network) - 5_000)
        return len(network.layers), returned(network)

    sampler = NASBOTSampler(seed=0, n_startup_trials=3, known=known)
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study.optimize(objective, n_trials)
    return [str(each.message) for each in caught if str(each.message).startswith("known")]


def test_what_agrees_is_not_told() -> None:
    assert not told({1: size}, size)
    assert not told({1: size}, lambda network: float(np.float32(size(network) + 0.1) - 0.1))


def test_an_objective_that_disagrees_is_told_once() -> None:
    (message,) = told({1: lambda network: size(network) / 1e6}, size)
    assert message.startswith("known[1]: the function gives ")
    assert "for trial 0, and the objective returned " in message
    assert "leave it out of known" in message


@pytest.mark.skipif(not IS_NEW, reason="Constraints are set in an objective since Optuna 5.")
def test_a_constraint_that_disagrees_is_told_once() -> None:
    (message,) = told({"size": lambda network: size(network) - 6_000}, size)
    assert message.startswith("known['size']: the function gives ")
    assert "for trial 0, and the objective set " in message


@pytest.mark.skipif(not IS_NEW, reason="Constraints are set in an objective since Optuna 5.")
def test_a_constraint_that_agrees_is_not_told() -> None:
    assert not told({"size": lambda network: size(network) - 5_000}, size)


@pytest.mark.parametrize("position", [2, -1])
def test_positions_beyond_the_objectives(position: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 1, since the study has 2, got {position}"):
        told({position: size}, size)


def both(networks: dict[str, Architecture]) -> float:
    return size(networks["a"]) + size(networks["b"])


@pytest.mark.parametrize("key", [0, "size"])
def test_functions_of_several_networks(key: Any) -> None:
    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "a", SPACE)
        return both({"a": network, "b": suggest_architecture(trial, "b", SPACE)})

    def known(networks: dict[str, Architecture]) -> float:
        seen.append({*networks})
        return both(networks)

    seen: list[set[str]] = []
    sampler = NASBOTSampler(seed=0, n_startup_trials=3, known={key: known})
    study = optuna.create_study(sampler=sampler)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        study.optimize(objective, 8)
    assert seen
    assert all(names == {"a", "b"} for names in seen)


def test_values_are_remembered() -> None:
    asked: list[str] = []

    def counted(network: Architecture) -> float:
        asked.append(network.canonical_hash())
        return size(network)

    assert not told({1: counted}, size, n_trials=8)
    assert len(asked) == len({*asked})
