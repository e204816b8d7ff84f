"""A worker that was killed in the middle of a trial."""

from __future__ import annotations

import time

import optuna
import pytest
from heartbeat_worker import SPACE
from optuna.trial import TrialState
from processes import started
from processes import wait_until_ready
from storage_addresses import marked
from storage_addresses import opened_with_heartbeats

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture


@pytest.mark.parametrize("database", marked(["sqlite", "postgresql"]))
def test_trial_of_a_killed_worker_is_run_again(
    database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(f"{database}_address")
    storage = opened_with_heartbeats(url)
    study = optuna.create_study(
        study_name="heartbeat", storage=storage, sampler=NASBOTSampler(n_startup_trials=1)
    )
    with started("heartbeat_worker.py", url, study.study_name) as worker:
        wait_until_ready(worker)
        worker.kill()  # SIGKILL: it can't say goodbye.
    assert [trial.state for trial in study.trials] == [TrialState.RUNNING]
    wait_until_stale(study)

    study.optimize(lambda trial: len(suggest_architecture(trial, "net", SPACE).layers), n_trials=2)
    killed, retried, another = study.trials
    assert killed.state == TrialState.FAIL
    assert retried.state == another.state == TrialState.COMPLETE
    network = get_architecture(killed, "net")
    assert get_architecture(retried, "net") == network
    assert retried.params == killed.params
    assert get_architecture(another, "net").canonical_hash() != network.canonical_hash()


def wait_until_stale(study: optuna.Study) -> None:
    deadline = time.monotonic() + 60
    while len(study.trials) == 1:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        optuna.storages.fail_stale_trials(study)
