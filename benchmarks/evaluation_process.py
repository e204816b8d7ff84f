"""Calls in another process, which may crash or compute for too long without harm to this one."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any
from typing import TypeVar

_WALL_PER_CPU = 10.0
_TIME_IS_UP = (signal.SIGPROF,)
_CRASHED = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)

Result = TypeVar("Result")


class ProcessDiedError(RuntimeError):
    """A call has no result since it crashed its process or took too long; its text says which."""


class SeparateProcess:
    """A process that calls functions, and is followed by another one when it dies.

    Time is counted in CPU seconds, so that the limit means the same on a machine with other work.
    A process that is stuck without computing is ended after ten times as long.
    """

    def __init__(self) -> None:
        self._running: tuple[SpawnProcess, Connection] | None = None

    def call(
        self, cpu_seconds: float | None, function: Callable[..., Result], *arguments: Any
    ) -> Result:
        """Call a function.

        Args:
            cpu_seconds: How long the call may take; None for no limit.
            function: The function; it, its arguments and its result are pickled.
            *arguments: Its arguments.

        Raises:
            ProcessDiedError: The call crashed its process or took too long.
            RuntimeError: Somebody ended the process.
            Exception: What the function raised.
        """
        process, connection = self._running = self._running or _started()
        connection.send((cpu_seconds, function, arguments))
        try:
            is_result, answer = connection.recv()
        except EOFError:
            self._running = None
            process.join()
            raise _death(process.exitcode) from None
        if not is_result:
            raise answer
        return answer


def _started() -> tuple[SpawnProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is the end of the connection
    return process, ours


def _death(exit_code: int | None) -> RuntimeError:
    number = -(exit_code or 0)
    if number in _TIME_IS_UP:
        return ProcessDiedError(f"took too long ({signal.Signals(number).name})")
    if number in _CRASHED:
        return ProcessDiedError(f"crashed ({signal.Signals(number).name})")
    # Not the fault of the call, which must not count as failed then. Nor is it where the process
    # was stuck without computing (SIGALRM): it may have been stopped for a while.
    return RuntimeError(f"The process of the call was ended (exit code {exit_code}).")


def _serve(connection: Connection) -> None:
    """Answer calls until the other process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a worker that started this one ignores it
    while True:
        try:
            cpu_seconds, function, arguments = connection.recv()
        except EOFError:
            return
        answer: tuple[bool, Any]
        with _limited(cpu_seconds):
            try:
                answer = (True, function(*arguments))
            except Exception as error:
                answer = (False, error)
        connection.send(answer)


@contextmanager
def _limited(cpu_seconds: float | None) -> Iterator[None]:
    if cpu_seconds is None:
        yield
        return
    # The signals of these timers end a process wherever it is, in native code too.
    timers = {
        signal.ITIMER_PROF: cpu_seconds,
        signal.ITIMER_REAL: _WALL_PER_CPU * cpu_seconds,
    }
    for timer, seconds in timers.items():
        signal.setitimer(timer, seconds)
    yield
    for timer in timers:
        signal.setitimer(timer, 0.0)
