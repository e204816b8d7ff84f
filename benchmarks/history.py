"""Is this version as good and as fast as those before it?

Appends to results/history.csv what this checkout reaches, so that regressions show: the best
value on the authors' synthetic objectives after 40 evaluations, mean of three seeds (larger is
better, equal to the digit where the search has not changed), and the CPU time of a suggestion
after 100 trials, as a multiple of that of Optuna's GPSampler (smaller is better). The package
greenlet, which makes GPSampler faster, is there with the extra `test`. Then it prints all that the
file has. It takes some three minutes where nothing else runs.

    python benchmarks/history.py
"""

from __future__ import annotations

import argparse
import csv
import subprocess
from collections.abc import Iterator
from dataclasses import astuple
from dataclasses import dataclass
from dataclasses import fields
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import mean

import optuna
from options import positive
from printing import print_table
from results_table import Run
from runs import search
from speed_suggestions import FEWEST
from speed_suggestions import measured
from synthetic import make_problem

_RESULTS = Path(__file__).parent / "results" / "history.csv"
_SEEDS = range(100, 103)
"""Of development: tables of results are made on others."""
KINDS = ("mlp", "cnn")


@dataclass(frozen=True)
class Entry:
    """A line of the history.

    Args:
        date: The day of the measurement.
        commit: The commit that was measured; `changed` after it says that files were changed.
        version: Of this package.
        optuna: The version of Optuna.
        measure: What was measured.
        value: The result.
    """

    date: str
    commit: str
    version: str
    optuna: str
    measure: str
    value: str


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--trials", type=positive, default=40, help="evaluations of a search")
    options.add_argument(
        "--observed", type=positive, default=100, help="trials before suggestions"
    )
    options.add_argument("--repeats", type=positive, default=9, help="suggestions of each sampler")
    options.add_argument("--out", type=Path, default=_RESULTS, help="the file to append to")
    arguments = options.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    measures = {
        **best_values(arguments.trials),
        **cpu_ratios(arguments.observed, arguments.repeats),
    }
    entries = [
        Entry(
            f"{date.today():%Y-%m-%d}",
            commit(),
            version("optuna-nasbot"),
            optuna.__version__,
            measure,
            f"{value:.4g}",
        )
        for measure, value in measures.items()
    ]
    append(arguments.out, entries)
    history = sorted(read(arguments.out), key=lambda entry: entry.measure)
    print_table("The history, the oldest first.", columns(), map(astuple, history))


def best_values(n_trials: int) -> dict[str, float]:
    """The mean best value of a few searches on each synthetic objective."""
    return {
        f"{kind}, best of {n_trials}": mean(
            search(
                Run("history", kind, "nasbot", seed), make_problem(kind, seed, "random"), n_trials
            )[-1]
            for seed in _SEEDS
        )
        for kind in KINDS
    }


def cpu_ratios(n_observed: int, repeats: int) -> dict[str, float]:
    """CPU time of a suggestion over that of GPSampler, median of some in turns."""
    ratios = {}
    for kind in KINDS:
        measured(kind, FEWEST, 1, 0, with_gp_sampler=True)  # imports and compiles
        times = {
            each.sampler: each.median.cpu
            for each in measured(kind, n_observed, 1, repeats, with_gp_sampler=True)
        }
        ratios[f"{kind}, CPU time at {n_observed}"] = times["NASBOT"] / times["GPSampler"]
    return ratios


def commit() -> str:
    """The commit of the checkout, empty outside one."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty= changed", "--exclude=*"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip()


def columns() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Entry))


def append(path: Path, entries: list[Entry]) -> None:
    """Add lines to the file, which is made where there is none."""
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(columns())
        writer.writerows(map(astuple, entries))


def read(path: Path) -> Iterator[Entry]:
    """The lines of the file."""
    with path.open(newline="") as file:
        yield from (Entry(**row) for row in csv.DictReader(file))


if __name__ == "__main__":
    main()
