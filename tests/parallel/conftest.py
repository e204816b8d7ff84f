"""One server of each kind for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import grpc_proxy
from servers import mariadb
from servers import postgresql
from servers import redis_server


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_address() -> Iterator[str]:
    with mariadb() as url:
        yield url


@pytest.fixture(scope="session")
def redis_address() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/study.db"


@pytest.fixture(scope="session")
def journal_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"journal://{tmp_path_factory.mktemp('journal')}/study.log"


@pytest.fixture(scope="session")
def grpc_address() -> Iterator[str]:
    # Not SQLite: on it two threads of the proxy may take the same trial from the queue.
    with postgresql() as url, grpc_proxy(url) as address:
        yield address
