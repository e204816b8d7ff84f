"""Many workers share a study in each of Optuna's storages.

The workers are processes, or threads where the storage lives in one process. All have the same
seed.
"""

from __future__ import annotations

import optuna
import pytest
from optuna.storages import BaseStorage
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState
from processes import run_workers
from storage_addresses import marked
from storage_addresses import opened
from study_worker import SPACE
from study_worker import equal_sampler
from study_worker import objective
from study_worker import value

from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

STUDY_NAME = "storages"
N_WORKERS = 4
N_TRIALS_EACH = 5


@pytest.fixture(
    scope="module",
    params=[
        *marked(["memory", "sqlite", "redis", "postgresql", "mariadb"]),
        # Enqueued networks are tried in these two, too; Redis is a journal.
        pytest.param("journal", marks=pytest.mark.slow),
        pytest.param("grpc", marks=[pytest.mark.slow, pytest.mark.server]),
    ],
)
def address(request: pytest.FixtureRequest) -> str | None:
    """Where the study is stored, None for the memory of this process."""
    if request.param == "memory":
        return None
    return request.getfixturevalue(f"{request.param}_address")


@pytest.fixture(scope="module")
def storage(address: str | None) -> BaseStorage:
    return InMemoryStorage() if address is None else opened(address)


@pytest.fixture(scope="module")
def study(storage: BaseStorage, address: str | None) -> optuna.Study:
    """A study that the workers have run."""
    study = optuna.create_study(study_name=STUDY_NAME, storage=storage, direction="maximize")
    search(storage, address, N_WORKERS, N_TRIALS_EACH)
    return study


def search(storage: BaseStorage, address: str | None, n_workers: int, n_trials: int) -> None:
    """Let new workers add so many trials each."""
    if address is None:
        study = optuna.load_study(study_name=STUDY_NAME, storage=storage, sampler=equal_sampler())
        study.optimize(objective, n_trials=n_workers * n_trials, n_jobs=n_workers)
        return
    run_workers(n_workers, address, STUDY_NAME, n_trials)


def tried_in(study: optuna.Study) -> list[tuple[str, float]]:
    """The network and the parameter of each trial."""
    return [
        (get_architecture(trial, "net").canonical_hash(), trial.params["rate"])
        for trial in study.trials
    ]


def test_every_trial_is_finished_and_whole(study: optuna.Study) -> None:
    trials = study.trials
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert len(trials) >= N_WORKERS * N_TRIALS_EACH
    assert {trial.state for trial in trials} == {TrialState.COMPLETE}
    for trial in trials:
        network = get_architecture(trial, "net")
        assert network in SPACE
        assert trial.value == pytest.approx(value(network, trial.params["rate"]))


def test_trials_ran_at_the_same_time(study: optuna.Study) -> None:
    """Or else the other tests show nothing."""
    starts = [(trial.datetime_start, 1) for trial in study.trials]
    ends = [(trial.datetime_complete, -1) for trial in study.trials]
    n_running = [0]
    for _, change in sorted(starts + ends):
        n_running.append(n_running[-1] + change)
    assert max(n_running) == N_WORKERS


def test_no_configuration_is_tried_twice(study: optuna.Study) -> None:
    tried = tried_in(study)
    doubles = {
        trial.number: tried.index(tried[trial.number])
        for trial in study.trials
        if tried.index(tried[trial.number]) != trial.number
    }
    assert doubles == {}


def test_late_worker_goes_on_from_the_storage_alone(
    study: optuna.Study, storage: BaseStorage, address: str | None
) -> None:
    """It suggests what a worker would that has nothing but a copy of the study."""
    n_before = len(study.trials)
    copy = InMemoryStorage()
    optuna.copy_study(from_study_name=STUDY_NAME, from_storage=storage, to_storage=copy)
    copied = optuna.load_study(study_name=STUDY_NAME, storage=copy, sampler=equal_sampler())
    expected = suggest_architecture(copied.ask(), "net", SPACE)

    search(storage, address, n_workers=1, n_trials=2)
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE}
    assert get_architecture(study.trials[n_before], "net") == expected
    assert len(set(tried_in(study)[n_before:]) - set(tried_in(study)[:n_before])) == 2
