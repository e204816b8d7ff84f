"""How long the package takes to import, and the first distance of a process to compute."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from statistics import median

from printing import Cell
from printing import print_table
from timing import Time
from timing import side_by_side
from timing import summarised

_SCRIPT = """
import time
{setup}
wall, cpu = time.perf_counter(), time.process_time()
{action}
print(time.perf_counter() - wall, time.process_time() - cpu)
"""
_TWO_NETWORKS = """
import sys
from optuna_nasbot import MLPSpace, OTMANN
networks = MLPSpace().initial_pool[:2]
"""
_WITHOUT_NUMBA = "sys.modules['numba'] = None"
_DISTANCE = "OTMANN.for_kind('mlp-reg').pairwise(networks)"


def print_imports(repeats: int) -> None:
    """Print seconds of imports and of first distances, each in a process of its own."""
    print_table(
        f"Seconds in a new process, median of {repeats}, and ratios to `import optuna`.",
        ("what", "wall", "CPU", "wall ratio", "CPU ratio"),
        _rows(repeats),
    )


def _rows(repeats: int) -> Iterator[tuple[Cell, ...]]:
    with tempfile.TemporaryDirectory() as kept:
        rounds = side_by_side(measures(kept), repeats)
    base = summarised(rounds["import optuna"][1:], median)
    for name, times in rounds.items():
        time = summarised(times[1:], median)
        yield name, time.wall, time.cpu, time.wall / base.wall, time.cpu / base.cpu


def measures(kept: str) -> dict[str, Callable[[], Time]]:
    """What to measure; compiled code stays in the directory `kept`, which the warm-up fills."""
    by_name: dict[str, Callable[[], Time]] = {
        "import optuna": partial(in_new_process, "import optuna"),
        "import optuna_nasbot": partial(in_new_process, "import optuna_nasbot"),
        "first distance, POT": partial(
            in_new_process, _DISTANCE, setup=_TWO_NETWORKS + _WITHOUT_NUMBA
        ),
    }
    if find_spec("numba") is not None:
        by_name["first distance, numba"] = partial(
            in_new_process,
            _DISTANCE,
            setup=_TWO_NETWORKS,
            environment={"NUMBA_CACHE_DIR": kept},
        )
        by_name["first distance ever, numba compiles"] = _compiling
    return by_name


def _compiling() -> Time:
    with tempfile.TemporaryDirectory() as empty:
        return in_new_process(
            _DISTANCE, setup=_TWO_NETWORKS, environment={"NUMBA_CACHE_DIR": empty}
        )


def in_new_process(
    action: str, *, setup: str = "", environment: Mapping[str, str] | None = None
) -> Time:
    """How long a line of Python takes in a new process, its start not counted.

    Args:
        action: The line.
        setup: What comes before it, not counted either.
        environment: Further environment variables.
    """
    finished = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(setup=setup, action=action)],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu = finished.stdout.split()[-2:]
    return Time(float(wall), float(cpu))
