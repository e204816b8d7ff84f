"""Workers in processes of their own, which end with the test that started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from pathlib import Path
from select import select

_SECONDS = 240.0
"""How long a script may take."""


@contextmanager
def started(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running script of this folder, killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name(script)), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # The workers of a machine share its cores.
        env={**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Wait for the first line that a script writes."""
    assert select([process.stdout], [], [], _SECONDS)[0], "The script says nothing."
    assert process.stdout.readline() == "ready\n", process.communicate()[1]


def run_workers(n_workers: int, address: str, study_name: str, n_trials: int) -> None:
    """Let workers with equal seeds, who begin at the same time, add so many trials each."""
    arguments = ("study_worker.py", address, study_name, str(n_trials))
    with ExitStack() as stack:
        workers = [stack.enter_context(started(*arguments)) for _ in range(n_workers)]
        for worker in workers:
            wait_until_ready(worker)
        for worker in workers:
            worker.stdin.write("\n")
            worker.stdin.flush()
        for worker in workers:
            errors = worker.communicate(timeout=_SECONDS)[1]
            assert worker.returncode == 0, errors
