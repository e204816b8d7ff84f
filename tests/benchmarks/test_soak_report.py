from __future__ import annotations

from datetime import datetime
from datetime import timedelta
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial

BEGIN = datetime(2026, 1, 1)
SPACE = MLPSpace(max_layers=20, max_units=256)
A, B = SPACE.initial_pool[:2]


@pytest.fixture
def report(module):
    return module("soak_report")


@pytest.fixture
def records(report):
    """Records of made-up trials, which get numbers in their order."""

    def make(*trials: FrozenTrial):
        for number, trial in enumerate(trials):
            trial.number = number
        return [report.record(trial, SPACE) for trial in trials]

    return make


@pytest.fixture
def broken(report, module):
    """Promises that records break, as many of them as trials were asked for."""

    def check(found, n_trials: int | None = None, **faults: int) -> list[str]:
        faults = module("soak_supervisor").Faults(**{"kills": 2, **faults})
        n_trials = len(found) if n_trials is None else n_trials
        return report.broken_promises(found, faults, n_trials)

    return check


def trial(network, start: float, end: float, state=TrialState.COMPLETE, **attributes):
    """A trial that ran from one second to another."""
    made = create_architecture_trial(
        {"net": network},
        value=1.0 if state == TrialState.COMPLETE else None,
        state=state,
        user_attrs={
            "worker": "one",
            "suggestion seconds": 0.5,
            "suggestion CPU seconds": 0.25,
            **attributes,
        },
    )
    made.datetime_start = BEGIN + timedelta(seconds=start)
    made.datetime_complete = BEGIN + timedelta(seconds=end)
    return made


def retried(made: FrozenTrial, number: int) -> FrozenTrial:
    made.system_attrs = {"failed_trial": number, "retry_history": [number]}
    return made


def test_all_is_well(records, broken) -> None:
    killed = trial(A, 0, 9, TrialState.FAIL)
    failed = trial(B, 0, 1, TrialState.FAIL, **{"made up failure": True})
    found = records(killed, failed, retried(trial(A, 10, 12), 0))
    assert [each.interrupted for each in found] == [True, False, False]
    assert [each.suggestion for each in found] == [0.5, 0.5, None]
    assert broken(found) == []


def test_repeated_networks(records, report, broken) -> None:
    found = records(trial(A, 0, 2), trial(A, 1, 3), trial(B, 0, 4))
    assert report.repeated(found) == [(found[0], found[1])]
    assert broken(found) == []  # the same network at the same time is reported only
    found = records(trial(A, 0, 2), trial(B, 0, 4), trial(A, 2.5, 3))
    assert broken(found) == ["Trial 2 repeats the network of trial 0."]


def test_retries_repeat_nothing(records, report, broken) -> None:
    found = records(
        trial(A, 0, 9, TrialState.FAIL),
        trial(A, 8, 11),  # while the interrupted one ran
        retried(trial(A, 12, 19, TrialState.FAIL), 0),
        retried(trial(A, 20, 21), 0),
    )
    assert report.repeated(found) == [(found[0], found[1])]
    assert broken(found) == []


def test_finished_trials_have_a_network_of_the_space(records, broken) -> None:
    missing = optuna.create_trial(state=TrialState.COMPLETE, value=1.0)
    elsewhere = MLPSpace(task="classification", max_layers=20, max_units=256).initial_pool[0]
    of_no_use = [line.split(".")[0] for line in broken(records(missing, trial(elsewhere, 0, 1)))]
    assert of_no_use == ["Trial 0 has no valid network", "Trial 1 has no valid network"]


def test_a_worker_killed_before_its_suggestion_leaves_no_network(records, broken) -> None:
    found = records(*(optuna.create_trial(state=s) for s in (TrialState.FAIL, TrialState.RUNNING)))
    assert broken(found, n_trials=1) == []


def test_lost_trials_and_stuck_workers(records, broken) -> None:
    running = trial(A, 0, 1, TrialState.RUNNING)
    running.datetime_complete = None
    assert broken(records(running), n_trials=1, stuck=2) == [
        "0 of 1 trials finished.",
        "2 workers were stuck.",
        "Trial 0 runs on without a worker.",
    ]


def test_failures_and_crashes_without_a_reason(records, broken) -> None:
    failed = records(*(trial(A, 0, 9, TrialState.FAIL) for _ in range(3)))
    assert broken(failed, kills=1, reconnects=2) == []
    assert broken(failed, kills=1, reconnects=1, crashes=1) == [
        "1 workers crashed.",
        "3 trials failed by themselves, which 1 kills and 1 reconnections do not explain.",
    ]


@pytest.mark.parametrize(
    ("error", "is_recoverable"),
    [
        (optuna.exceptions.StorageInternalError(), True),
        (ValueError("Cannot tell a FAIL trial."), True),
        (UnboundLocalError("cannot access local variable 'updated_state'"), True),
        (UnboundLocalError("cannot access local variable 'network'"), False),
        (ValueError("n_trials"), False),
    ],
)
def test_workers_go_on_only_after_faults_of_the_server(module, error, is_recoverable) -> None:
    assert module("soak_worker").is_recoverable(error) == is_recoverable


def test_tables_and_csv(records, report, module, capsys, tmp_path: Path) -> None:
    found = records(
        trial(A, 0, 9, TrialState.FAIL), trial(B, 0, 1), *(trial(A, i, i + 1) for i in range(99))
    )
    report.print_report(found, module("soak_supervisor").Faults(kills=1, seconds=10.0))
    printed = capsys.readouterr().out
    assert "| trials: complete | 100 |" in printed
    assert "| failed trials that were interrupted | 1 |" in printed
    assert "| interrupted trials that were queued again | 0 |" in printed
    assert "| workers killed and replaced | 1 |" in printed
    assert "| finished trials a second | 10.1 |" in printed
    assert "| 0 to 99 | 100 | 0.25 | 0.25 | 0.5 | 0.5 |" in printed
    assert "| 100 to 199 | 1 | 0.25 | 0.25 | 0.5 | 0.5 |" in printed
    report.write_csv(tmp_path / "new" / "soak.csv", found)
    head, first, *_ = (tmp_path / "new" / "soak.csv").read_text().splitlines()
    assert head.startswith("number,state,worker,value,start,end,suggestion,suggestion_cpu,network")
    assert first.startswith("0,FAIL,one,,2026-01-01 00:00:00,2026-01-01 00:00:09,0.5,0.25,")
