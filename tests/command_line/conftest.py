"""Studies in storages, and commands run on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.command_line import main

POOL = MLPSpace(max_layers=12, max_units=64).initial_pool


class Run:
    """Runs a command on a storage, as its exit code and what it printed."""

    def __init__(self, storage: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.storage = storage
        self._capsys = capsys

    def __call__(self, command: str, *options: object) -> tuple[int, str, str]:
        code = main([command, "--storage", self.storage, *map(str, options)])
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def error(self, command: str, *options: object) -> str:
        """The only line on stderr of a command that fails."""
        code, out, err = self(command, *options)
        assert code == 2
        assert out == ""
        (line,) = err.splitlines()
        prefix = f"python -m optuna_nasbot {command}: error: "
        assert line.startswith(prefix)
        return line.removeprefix(prefix)


@pytest.fixture
def pool() -> tuple[Architecture, ...]:
    return POOL


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., str]:
    """Store a study of trials; returns the URL of the storage."""
    url = f"sqlite:///{tmp_path / 'studies.db'}"

    def make(*trials: FrozenTrial, study_name: str = "nets", **arguments: Any) -> str:
        study = optuna.create_study(storage=url, study_name=study_name, **arguments)
        study.add_trials(trials)
        return url

    return make


@pytest.fixture
def run(
    make_study: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Commands on a study of six trials, the second of which is best and the last one failed."""
    values = [5.0, 0.125, 4.0, 3.0, 2.0]
    trials = [
        create_architecture_trial({"net": network}, value=value, user_attrs={"accuracy": 0.75})
        for network, value in zip(POOL, values, strict=False)
    ]
    failed = create_architecture_trial({"net": POOL[5]}, state=TrialState.FAIL)
    return Run(make_study(*trials, failed), capsys)
