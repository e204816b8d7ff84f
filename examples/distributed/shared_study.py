"""The study that all workers share, and how they reach it."""

from __future__ import annotations

from urllib.parse import urlsplit

import optuna
from optuna.storages import BaseStorage
from optuna.storages import GrpcStorageProxy
from optuna.storages import RDBStorage
from optuna.storages import RetryHeartbeatStaleTrialCallback

from optuna_nasbot import NASBOTSampler

STUDY_NAME = "digits"
HEARTBEAT_SECONDS = 2  # in a search that takes hours, use a minute, and ten for the grace period
GRACE_SECONDS = 12


def open_storage(url: str) -> BaseStorage:
    """The storage of a URL: a database, or `grpc://host:port` for a proxy in front of one.

    A worker that is connected to a database regularly signals that it is alive. If it has been
    silent for too long, another worker tries its trial again, with the same network. (In Optuna
    4.8 this is `failed_trial_callback=RetryFailedTrialCallback(...)`.)
    """
    parts = urlsplit(url)
    if parts.scheme == "grpc":
        return GrpcStorageProxy(host=parts.hostname or "localhost", port=parts.port or 13000)
    return RDBStorage(
        url,
        engine_kwargs={"pool_pre_ping": True},  # replaces connections that were cut
        heartbeat_interval=HEARTBEAT_SECONDS,
        grace_period=GRACE_SECONDS,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=3),
    )


def open_study(storage: BaseStorage) -> optuna.Study:
    """The study, which is created if there is none yet."""
    return optuna.create_study(
        study_name=STUDY_NAME,
        storage=storage,
        load_if_exists=True,
        sampler=NASBOTSampler(),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=10, n_warmup_steps=4),
    )
