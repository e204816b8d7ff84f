"""Networks that are queued for several workers."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import TrialState
from processes import run_workers
from storage_addresses import marked
from storage_addresses import opened
from study_worker import SPACE

from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture

N_WORKERS = 3
N_TRIALS_EACH = 4


@pytest.mark.parametrize("name", marked(["journal", "redis", "postgresql", "mariadb", "grpc"]))
def test_enqueued_networks_run_exactly_once(name: str, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue(f"{name}_address")
    study = optuna.create_study(study_name="enqueued", storage=opened(address))
    queued = {
        network.canonical_hash(): {"rate": index / 10} if index % 2 else {}
        for index, network in enumerate(SPACE.initial_pool[-6:])
    }
    for network, params in zip(SPACE.initial_pool[-6:], queued.values(), strict=True):
        enqueue_architecture(study, {"net": network}, params=params)

    run_workers(N_WORKERS, address, study.study_name, N_TRIALS_EACH)
    trials = study.trials
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * N_WORKERS * N_TRIALS_EACH
    # The search may try one of these networks again, with another rate.
    enqueued = [trial for trial in trials if "fixed_params" in trial.system_attrs]
    tried = [get_architecture(trial, "net").canonical_hash() for trial in enqueued]
    assert sorted(tried) == sorted(queued)
    for trial, hash_ in zip(enqueued, tried, strict=True):
        assert trial.params.items() >= queued[hash_].items()
    configurations = {
        (get_architecture(trial, "net").canonical_hash(), trial.params["rate"]) for trial in trials
    }
    assert len(configurations) == len(trials)
