"""How much memory suggestions take in a study with many trials. Linux only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import optuna
from populations import SPACES
from populations import population
from printing import Cell
from printing import print_table
from searches import architecture_search
from speed_suggestions import FEWEST
from speed_suggestions import N_LAYERS

from optuna_nasbot import NASBOTSampler

_N_SUGGESTIONS = 2


def print_memory(kinds: Sequence[str], observed: Sequence[int]) -> None:
    """Print peak memory, each size in a process of its own."""
    print_table(
        "Peak memory in MB of a process with all that is imported, what a study of networks of "
        f"about {N_LAYERS} layers adds, and what {_N_SUGGESTIONS} suggestions add to that.",
        ("kind", "observed", "imports", "study", "suggestions"),
        _rows(kinds, observed),
    )


def _rows(kinds: Sequence[str], observed: Sequence[int]) -> Iterator[tuple[Cell, ...]]:
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for kind, n in product(kinds, observed):
            imports, study, suggestions = pool.apply(peaks, (kind, n))
            yield kind, n, imports, study - imports, suggestions - study


def peaks(kind: str, n: int) -> tuple[float, float, float]:
    """Peak memory in MB after imports, after making a study, and after suggestions."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = SPACES[kind]
    few = architecture_search(NASBOTSampler(seed=0), space, population(space, N_LAYERS, FEWEST))
    few.step()  # imports what is imported at the first use
    imports = _peak()
    search = architecture_search(NASBOTSampler(seed=0), space, population(space, N_LAYERS, n))
    study = _peak()
    for _ in range(_N_SUGGESTIONS):
        search.step()
    return imports, study, _peak()


def _peak() -> float:
    """Peak memory of this process in MB.

    Not `ru_maxrss`: in a new process it begins with the peak of the process that started it.
    """
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
