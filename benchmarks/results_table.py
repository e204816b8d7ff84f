"""Results as CSV, and the tables that benchmarks print of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass
from itertools import count
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from problem import Direction

COLUMNS = ("benchmark", "dataset", "method", "seed", "evaluations", "value")


@dataclass(frozen=True)
class Run:
    """Which run of which method on what."""

    benchmark: str
    dataset: str
    method: str
    seed: int


Incumbents = dict[Run, list[float]]
"""For each run the best value so far after 1, 2, ... evaluations."""


def read_csv(path: Path) -> Incumbents:
    """The runs in a CSV file; none if there is no such file.

    Of a run that was not written to its end, what is there up to the first gap.
    """
    runs: dict[Run, dict[int, float]] = {}
    for row in csv.DictReader(_whole_lines(path).splitlines()):
        run = Run(row["benchmark"], row["dataset"], row["method"], int(row["seed"]))
        runs.setdefault(run, {})[int(row["evaluations"])] = float(row["value"])
    return {
        run: [values[n] for n in takewhile(values.__contains__, count(1))]
        for run, values in runs.items()
    }


def _whole_lines(path: Path) -> str:
    """The text of a file without a last line that was not written to its end."""
    text = path.read_bytes().decode() if path.exists() else ""  # newlines as they are
    return text[: text.rfind("\n") + 1]


def append_csv(path: Path, run: Run, incumbents: Sequence[float]) -> None:
    """Add a run to a CSV file, which is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _whole_lines(path)
    if path.exists():
        os.truncate(path, len(before.encode()))
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if not before:
            writer.writerow(COLUMNS)
        for evaluations, value in enumerate(incumbents, start=1):
            writer.writerow((*astuple(run), evaluations, f"{value:.6g}"))


def reached(checkpoints: Sequence[int], n_trials: int) -> list[int]:
    """The numbers of evaluations that runs get to, and that of their end."""
    return [*(n for n in checkpoints if n < n_trials), n_trials]


def print_runs(
    runs: Incumbents, methods: Sequence[str], checkpoints: Sequence[int], direction: Direction
) -> None:
    """Print the table of some runs and, of several methods, their differences."""
    print(table(runs, methods, checkpoints))
    if len(methods) > 1:
        print(f"\n{methods[0]} minus the others, paired by seed:\n")
        print(paired_differences(runs, methods, checkpoints, direction))


def table(runs: Incumbents, methods: Sequence[str], checkpoints: Sequence[int]) -> str:
    """Mean best value at some numbers of evaluations with standard errors, a line a method."""
    head = ["dataset", "method", "runs", *(f"@{n}" for n in checkpoints)]
    lines = [head, ["---"] * len(head)]
    for dataset in sorted({run.dataset for run in runs}):
        for method in methods:
            values = _by_seed(runs, dataset, method)
            if values:
                cells = (_mean_and_error([values[s][n - 1] for s in values]) for n in checkpoints)
                lines.append([dataset, method, str(len(values)), *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def paired_differences(
    runs: Incumbents, methods: Sequence[str], checkpoints: Sequence[int], direction: Direction
) -> str:
    """First method minus each other one, over the seeds that both have; wins and losses."""
    sign = 1 if direction == "maximize" else -1
    first, *others = methods
    head = ["dataset", f"{first} minus", "seeds", *(f"@{n}" for n in checkpoints)]
    lines = [[*head, f"won, lost @{checkpoints[-1]}"], ["---"] * (len(head) + 1)]
    for dataset in sorted({run.dataset for run in runs}):
        ours = _by_seed(runs, dataset, first)
        for other in others:
            theirs = _by_seed(runs, dataset, other)
            seeds = sorted(ours.keys() & theirs.keys())
            if not seeds:
                continue
            gaps = {n: [ours[s][n - 1] - theirs[s][n - 1] for s in seeds] for n in checkpoints}
            last = sign * np.array(gaps[checkpoints[-1]])
            score = f"{int((last > 0).sum())}, {int((last < 0).sum())}"
            cells = [_mean_and_error(gaps[n]) for n in checkpoints]
            lines.append([dataset, other, str(len(seeds)), *cells, score])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _by_seed(runs: Incumbents, dataset: str, method: str) -> dict[int, list[float]]:
    return {
        run.seed: values
        for run, values in runs.items()
        if run.dataset == dataset and run.method == method
    }


def _mean_and_error(values: Iterable[float]) -> str:
    sample: NDArray[np.float64] = np.array(list(values))
    if len(sample) < 2:
        return f"{sample.mean():.3f}"
    return f"{sample.mean():.3f} ± {sample.std(ddof=1) / np.sqrt(len(sample)):.3f}"
