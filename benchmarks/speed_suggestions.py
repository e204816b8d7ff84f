"""How long a suggestion takes in a study with many trials, beside Optuna's own samplers."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median

import numpy as np
from optuna.samplers import GPSampler
from optuna.samplers import TPESampler
from populations import SPACES
from populations import population
from printing import Cell
from printing import print_table
from searches import CountingSampler
from searches import architecture_search
from searches import budget_for
from searches import float_search
from speed_distances import numba_threads
from timing import Time
from timing import side_by_side
from timing import summarised

from optuna_nasbot import NASBOTSampler
from optuna_nasbot.search.maximiser import SearchBudget

N_LAYERS = 20
N_STARTUP_TRIALS = 10
FEWEST = 20
"""The size of the study that is there for what the first suggestion of a process imports."""


@dataclass(frozen=True)
class Measured:
    """The suggestions of one sampler in studies of one size.

    Args:
        kind: What networks, or those that were searched beside it.
        observed: The number of finished trials before the first suggestion.
        sampler: The name of the sampler.
        n_scored: How many networks the last suggestion scored; None for other samplers.
        first: The first suggestion, in a process that knows nothing of the study yet.
        later: Those that followed.
    """

    kind: str
    observed: int
    sampler: str
    n_scored: int | None
    first: Time
    later: tuple[Time, ...]

    @property
    def median(self) -> Time:
        """The median of the later suggestions."""
        return summarised(self.later, median)


def measured(
    kind: str, n: int, n_candidates: int, repeats: int, with_gp_sampler: bool
) -> list[Measured]:
    """Suggestions of several samplers, side by side, after n finished trials."""
    space = SPACES[kind]
    networks = population(space, N_LAYERS, n)
    samplers = {
        "NASBOT": CountingSampler(seed=0, budget=SearchBudget()),
        f"NASBOT, {n_candidates} candidates": CountingSampler(
            seed=0, budget=budget_for(n_candidates)
        ),
    }
    searches = {
        name: architecture_search(sampler, space, networks) for name, sampler in samplers.items()
    }
    if with_gp_sampler:
        searches["GPSampler"] = float_search(GPSampler(seed=0), n)
    searches["TPESampler"] = float_search(TPESampler(seed=0), n)
    rounds = side_by_side({name: search.step for name, search in searches.items()}, repeats)
    n_scored = {name: sampler.n_scored for name, sampler in samplers.items()}
    return [
        Measured(kind, n, name, n_scored.get(name), first, tuple(later))
        for name, (first, *later) in rounds.items()
    ]


def print_suggestions(
    kinds: Sequence[str],
    observed: Sequence[int],
    n_candidates: int,
    repeats: int,
    gp_up_to: int,
) -> None:
    """Print seconds per suggestion, and how they grow with the number of trials."""
    for kind in kinds:  # what is imported at the first suggestion is not to be measured
        measured(kind, FEWEST, n_candidates, 0, with_gp_sampler=True)
    all_measured: list[Measured] = []

    def rows() -> Iterator[tuple[Cell, ...]]:
        for kind, n in product(kinds, observed):
            group = measured(kind, n, n_candidates, repeats, with_gp_sampler=n <= gp_up_to)
            all_measured.extend(group)
            yield from _rows(group)

    print_table(
        f"Seconds per suggestion: networks of about {N_LAYERS} layers, beside ten numbers for "
        f"Optuna's samplers. The first one of a process, then median and largest of {repeats}.",
        (
            *("kind", "observed", "sampler", "scored", "first", "median", "largest", "CPU"),
            *("ratio to GPSampler", "CPU ratio"),
        ),
        rows(),
    )
    print_table(
        "Exponents of the growth from 100 observed on: slope of log(median) over log(observed).",
        ("kind", "sampler", "wall", "CPU"),
        _exponents(all_measured),
    )


def _rows(group: Sequence[Measured]) -> Iterator[tuple[Cell, ...]]:
    base = next((m.median for m in group if m.sampler == "GPSampler"), None)
    for m in group:
        ratios = (m.median.wall / base.wall, m.median.cpu / base.cpu) if base else (None, None)
        seconds = m.first.wall, m.median.wall, max(t.wall for t in m.later), m.median.cpu
        yield m.kind, m.observed, m.sampler, m.n_scored, *seconds, *ratios


def _exponents(all_measured: Sequence[Measured]) -> Iterator[tuple[Cell, ...]]:
    searches = dict.fromkeys((m.kind, m.sampler) for m in all_measured)
    for kind, sampler in searches:
        times = {
            m.observed: m.median
            for m in all_measured
            if (m.kind, m.sampler) == (kind, sampler) and m.observed >= 100
        }
        if len(times) > 1:
            wall = growth_exponent({n: time.wall for n, time in times.items()})
            cpu = growth_exponent({n: time.cpu for n, time in times.items()})
            yield kind, sampler, wall, cpu


def growth_exponent(seconds: Mapping[int, float]) -> float:
    """The slope of log(seconds) over log(n), fitted by least squares.

    Args:
        seconds: For several n the seconds.
    """
    return float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])


def print_startup(kinds: Sequence[str], repeats: int) -> None:
    """Print how long the trials before the model take."""
    print_table(
        f"Milliseconds of the {N_STARTUP_TRIALS} start-up trials: the first one prepares the "
        f"space. Over {repeats} searches.",
        ("kind", "first, median", "later, median", "later, largest", "wall / CPU"),
        _startup_rows(kinds, repeats),
    )


def _startup_rows(kinds: Sequence[str], repeats: int) -> Iterator[tuple[Cell, ...]]:
    for kind in kinds:
        _startup(kind)
        searches = [_startup(kind) for _ in range(repeats)]
        firsts = [times[0].wall for times in searches]
        later = [time for times in searches for time in times[1:]]
        walls = [time.wall for time in later]
        busy = sum(walls) / sum(time.cpu for time in later)
        yield kind, *(1e3 * s for s in (median(firsts), median(walls), max(walls))), busy


def _startup(kind: str) -> list[Time]:
    sampler = NASBOTSampler(seed=0, n_startup_trials=N_STARTUP_TRIALS)
    search = architecture_search(sampler, SPACES[kind], ())
    return [search.step() for _ in range(N_STARTUP_TRIALS)]


def print_profile(kind: str, n: int) -> None:
    """Print where one suggestion after n finished trials spends its time.

    It is the second one of the process: distances between observed networks are known. Compiled
    code has one thread, so that it shows.
    """
    search = architecture_search(
        NASBOTSampler(seed=0), SPACES[kind], population(SPACES[kind], N_LAYERS, n)
    )
    search.step()
    profile = cProfile.Profile()
    with numba_threads(1):
        trial = profile.runcall(search.suggest)
    print(f"\nProfile of a suggestion for trial {trial.number}, {kind}")
    pstats.Stats(profile).strip_dirs().sort_stats("cumulative").print_stats(25)
