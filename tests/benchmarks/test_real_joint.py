"""The benchmark of networks that are searched together with how they are trained."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from optuna_nasbot import Architecture

PLAIN = Architecture.chain("relu-256", "relu-256", kind="mlp-class")
PARAMETERS = {"lr": 0.01, "weight_decay": 0.1, "dropout": 0.2, "batch": 64}
METHODS = ("nasbot", "nasbot/separate", "evolution", "random", "plain/tpe", "plain/gp")


@pytest.fixture
def real_joint(module):
    return module("real_joint")


@pytest.fixture
def trained(module, real_joint, monkeypatch) -> list:
    """All trainings that searches ask for; none is done."""
    errors, trained = module("training").Errors, []

    class Trainer:
        def __init__(self, *_: Path) -> None:
            pass

        def __call__(self, training):
            trained.append(training)
            return errors(valid=training.lr, test=training.dropout)

    monkeypatch.setattr(real_joint, "Trainer", Trainer)
    return trained


def run_of(module, method: str, seed: int = 0):
    return module("results_table").Run("real-joint", "digits", method, seed)


@pytest.mark.parametrize("method", METHODS)
def test_methods_ask_for_a_network_with_its_parameters(
    module, real_joint, trained, tmp_path, method: str
) -> None:
    values, tests = real_joint.searched(run_of(module, method), 8, tmp_path, tmp_path / "x.db")
    best = [min(trained[: n + 1], key=lambda training: training.lr) for n in range(8)]
    assert values == [math.log(training.lr) for training in best]
    assert tests == [math.log(training.dropout) for training in best]
    space = module("real_tasks").JOINT_TASKS["digits"].space
    for training in trained:
        assert 1e-4 <= training.lr <= 1e-1
        assert 1e-3 <= training.weight_decay <= 1e1
        assert 32 <= training.batch <= 256
        assert training.network in space
    networks = {training.network.canonical_hash() for training in trained}
    assert (networks == {PLAIN.canonical_hash()}) == method.startswith("plain/")


def test_a_training_has_a_seed_of_its_own(module) -> None:
    training_with = module("evaluation").training_with
    one = training_with(PLAIN, "digits", 0, PARAMETERS)
    assert one == training_with(PLAIN, "digits", 0, dict(reversed(PARAMETERS.items())))
    others = [
        training_with(PLAIN, "digits", 1, PARAMETERS),
        training_with(PLAIN, "digits", 0, PARAMETERS | {"dropout": 0.3}),
        training_with(Architecture.chain("relu-8", kind="mlp-class"), "digits", 0, PARAMETERS),
    ]
    assert len({training.seed for training in [one, *others]}) == 4


@pytest.fixture
def in_this_process(module, monkeypatch) -> Iterator[None]:
    """Search and train in this process, which is left as it was."""

    def make_runs(runs, make, keep, arguments) -> None:
        for run in runs:
            keep(run, make(run, arguments.trials))

    process = module("evaluation_process").SeparateProcess
    monkeypatch.setattr(process, "call", lambda _, limit, function, *rest: function(*rest))
    monkeypatch.setattr(module("judged_runs"), "make_runs", make_runs)
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.set_flush_denormal(False)


@pytest.mark.usefixtures("in_this_process")
def test_two_trials_on_digits(real_joint, tmp_path, monkeypatch, capsys) -> None:
    files = {"--cache": "x.db", "--trainings": "x.csv.gz", "--out": "x.csv"}
    options = ["--data", tmp_path, "--datasets", "digits", "--methods", "nasbot", "plain/tpe"]
    options += ["--seeds", "0:1", "--trials", "2", "--processes", "1"]
    for option, name in files.items():
        options += [option, tmp_path / name]
    monkeypatch.setattr("sys.argv", ["real_joint.py", *map(str, options)])
    real_joint.main()
    first = capsys.readouterr().out
    for row in ("| digits | nasbot | 1 |", "| digits, test | plain/tpe | 1 |"):
        assert row in first

    with gzip.open(tmp_path / "x.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert all(float(row["valid"]) > 0 and float(row["test"]) > 0 for row in rows)
    with gzip.open(tmp_path / "x.csv.gz", "wt", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "valid": 0.5} for row in rows)
    for name in ("x.db", "x.csv"):
        (tmp_path / name).unlink()
    real_joint.main()  # what the table has is not trained again
    assert f"| digits | nasbot | 1 | {math.log(0.5):.3f} |" in capsys.readouterr().out
    real_joint.main()
    assert "2 of 2 runs are in" in capsys.readouterr().out
