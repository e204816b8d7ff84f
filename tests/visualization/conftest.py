"""Studies to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial

SPACE = MLPSpace(max_layers=12, max_units=64)

MakeTrial = Callable[..., FrozenTrial]
MakeStudy = Callable[..., optuna.Study]


@pytest.fixture
def pool() -> tuple[Architecture, ...]:
    """Different networks of one kind, at least ten."""
    return SPACE.initial_pool


@pytest.fixture
def trial() -> MakeTrial:
    """Make a trial whose network is named "net"."""

    def make(network: Architecture, value: float | None = None, **more: Any) -> FrozenTrial:
        return create_architecture_trial({"net": network}, value=value, **more)

    return make


@pytest.fixture
def study() -> MakeStudy:
    """Make a study of trials."""

    def make(*trials: FrozenTrial, **arguments: Any) -> optuna.Study:
        made = optuna.create_study(**arguments)
        made.add_trials(trials)
        return made

    return make
