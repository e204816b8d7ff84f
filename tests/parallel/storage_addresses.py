"""Storages by an address that one process can tell another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import optuna
import pytest
from optuna.storages import BaseStorage
from optuna.storages import GrpcStorageProxy
from optuna.storages import JournalStorage
from optuna.storages import RDBStorage
from optuna.storages import get_storage
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal import JournalRedisBackend

SERVERS = ("redis", "postgresql", "mariadb", "grpc")
"""Kinds of storage that a server is started for."""


def marked(names: Sequence[str]) -> list[Any]:
    """Kinds of storage as values of a parameter of tests, with the mark of those with a server."""
    marks = {True: [pytest.mark.server], False: []}
    return [pytest.param(name, marks=marks[name in SERVERS]) for name in names]


def opened(address: str) -> BaseStorage:
    """The storage of `grpc://`, `redis://`, `journal://` and the path of a file, or a database."""
    parts = urlsplit(address)
    match parts.scheme:
        case "grpc":
            return GrpcStorageProxy(host=str(parts.hostname), port=int(parts.port or 0))
        case "redis":
            return JournalStorage(JournalRedisBackend(address))
        case "journal":
            return JournalStorage(JournalFileBackend(parts.path))
        case "sqlite":
            # Its writers lock the whole file: several of them need patience.
            waiting = RDBStorage(address, engine_kwargs={"connect_args": {"timeout": 60}})
            return get_storage(waiting)
    return get_storage(address)


def opened_with_heartbeats(url: str) -> RDBStorage:
    """A database that queues trials again whose worker has been silent for two seconds."""
    storages: Any = optuna.storages
    if hasattr(storages, "RetryHeartbeatStaleTrialCallback"):
        retry = {"heartbeat_stale_trial_callback": storages.RetryHeartbeatStaleTrialCallback()}
    else:  # Before Optuna 4.9.
        retry = {"failed_trial_callback": storages.RetryFailedTrialCallback()}
    return RDBStorage(url, heartbeat_interval=1, grace_period=2, **retry)
