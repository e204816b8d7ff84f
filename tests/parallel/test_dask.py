"""A study on a Dask cluster: only the storage differs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import optuna
import pytest
from distributed import Client
from optuna.trial import TrialState
from optuna_integration import DaskStorage

from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

N_TRIALS = 16
N_WORKERS = 2


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a cluster of worker processes."""
    with Client(n_workers=N_WORKERS, threads_per_worker=1, dashboard_address=None) as client:
        yield client


def test_workers_try_distinct_configurations(client: Client) -> None:
    # Workers cannot import this file, so what they run has to be defined here.
    space = MLPSpace(max_layers=7, max_units=32)

    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", space)
        rate = trial.suggest_float("rate", 0.0, 1.0)
        return sum(layer.units or 0 for layer in network.layers) + rate

    def run_trials(study: optuna.Study, n_trials: int) -> None:
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=n_trials)

    study = optuna.create_study(
        storage=DaskStorage(client=client),
        direction="maximize",
        sampler=NASBOTSampler(n_startup_trials=6),
    )
    share = N_TRIALS // N_WORKERS
    workers = client.scheduler_info()["workers"]
    client.gather(
        [client.submit(run_trials, study, share, workers=[name], pure=False) for name in workers]
    )

    trials = study.trials
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * N_TRIALS
    networks = [get_architecture(trial, "net") for trial in trials]
    for network in networks:
        space.check(network)
    hashes = [network.canonical_hash() for network in networks]
    rates = [trial.params["rate"] for trial in trials]
    assert len(set(zip(hashes, rates, strict=True))) == N_TRIALS
