from __future__ import annotations

import os
import subprocess
import sys
import warnings
from importlib.metadata import entry_points
from typing import Any

import pytest

from optuna_nasbot.command_line import main
from optuna_nasbot.command_line import show


def test_module_runs_as_a_process(run: Any) -> None:
    command = [sys.executable, "-m", "optuna_nasbot", "show", "--storage"]
    shown = subprocess.run([*command, run.storage], capture_output=True, check=True, text=True)
    assert "trial 1, study 'nets'" in shown.stdout
    assert shown.stderr == ""
    failed = subprocess.run([*command, "nothing"], capture_output=True, check=False, text=True)
    assert failed.returncode == 2
    assert "Traceback" not in failed.stderr


def test_script_of_an_installation(run: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (script,) = entry_points(group="console_scripts", name="optuna-nasbot")
    monkeypatch.setattr("sys.argv", ["/somewhere/optuna-nasbot"])
    assert script.load()(["show", "--storage", run.storage]) == 0
    assert "trial 1, study 'nets'" in capsys.readouterr().out
    assert script.load()(["show", "--storage", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("optuna-nasbot show: error: ")


def test_output_that_nobody_reads_to_its_end(run: Any) -> None:
    command = [sys.executable, "-m", "optuna_nasbot", "show", "--storage", run.storage]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_terminal_without_the_characters_of_a_drawing(run: Any) -> None:
    command = [sys.executable, "-m", "optuna_nasbot", "show", "--storage", run.storage]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    assert "trial 1, study 'nets'" in shown.stdout


def test_help_says_what_each_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("show", "export", "report"))
    assert "needs only PyTorch, and as JSON" in " ".join(text.split())


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "many", "²"])
def test_sizes_are_whole_numbers(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["show", "--storage", "x", f"--inputs={number}"])
    assert stop.value.code == 2
    assert "expected a whole number of at least 1" in capsys.readouterr().err


def test_warnings_are_told_once_and_without_place(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warn(arguments: object) -> None:
        for _ in range(2):
            warnings.warn("Something is odd.", stacklevel=1)

    monkeypatch.setattr(show, "run", warn)
    assert run("show") == (0, "", "warning: Something is odd.\n")
