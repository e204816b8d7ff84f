"""Reading networks back."""

from __future__ import annotations

from collections.abc import Callable

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import MLPSpace
from optuna_nasbot import best_architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=64)
NETWORKS = SPACE.initial_pool


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


@pytest.mark.parametrize(("direction", "best"), [("minimize", 2), ("maximize", 1)])
def test_best_architecture(direction: str, best: int) -> None:
    study = optuna.create_study(direction=direction)
    values = [0.0, 3.0, -float("inf"), 1.0]
    study.add_trials(
        create_architecture_trial({"net": network}, value=value)
        for network, value in zip(NETWORKS[:4], values, strict=True)
    )
    study.add_trial(create_architecture_trial({"other": NETWORKS[4]}, value=9.0))
    study.add_trial(optuna.create_trial(value=-float("inf")))
    study.add_trial(optuna.create_trial(value=float("inf")))
    study.add_trial(
        create_architecture_trial({"net": NETWORKS[5]}, value=99.0, state=TrialState.PRUNED)
    )
    assert best_architecture(study, "net") == NETWORKS[best]


def test_best_architecture_needs_a_completed_trial(study: optuna.Study) -> None:
    with pytest.raises(ValueError, match="no completed trial carries an architecture 'net'"):
        best_architecture(study, "net")
    suggest_architecture(study.ask(), "net", SPACE)
    with pytest.raises(ValueError, match="no completed trial carries an architecture 'net'"):
        best_architecture(study, "net")


def test_best_architecture_needs_one_objective() -> None:
    study = optuna.create_study(directions=["minimize", "minimize"])
    with pytest.raises(ValueError, match="several have no best trial"):
        best_architecture(study, "net")


def test_missing_architecture_is_named(study: optuna.Study) -> None:
    trial = study.ask()
    suggest_architecture(trial, "net", SPACE)
    with pytest.raises(KeyError, match=r"trial 0 carries no architecture 'head'.*:net"):
        get_architecture(trial, "head")


def test_unreadable_architecture_is_refused() -> None:
    study = optuna.create_study()
    study.add_trial(optuna.create_trial(value=0.0, user_attrs={"architecture:net": {}}))
    with pytest.raises(ArchitectureError):
        get_architecture(study.trials[0], "net")
    with pytest.raises(ArchitectureError):
        best_architecture(study, "net")


@pytest.mark.parametrize("read", [get_architecture, best_architecture])
def test_wrong_arguments_of_reading(read: Callable[..., Architecture]) -> None:
    with pytest.raises(TypeError, match="expected an Optuna"):
        read(None, "net")
    with pytest.raises(ValueError, match="name: expected a string"):
        read(
            optuna.create_study() if read is best_architecture else optuna.create_trial(value=0.0),
            "",
        )
