"""Runs of searches with a second figure: how well that does which has the best value.

Rows of the CSV file have the best value; those of the second figure have its name after the name
of the dataset.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import replace

import optuna
from problem import Direction
from results_table import Run
from results_table import append_csv
from results_table import print_runs
from results_table import reached
from results_table import read_csv
from runs import make_runs

Series = tuple[list[float], list[float]]
"""After each evaluation the best value so far, and the second figure of the trial that has it."""


def run_judged(
    name: str,
    search: Callable[[Run, int], Series],
    figure: str,
    arguments: argparse.Namespace,
    checkpoints: Sequence[int],
    direction: Direction = "minimize",
) -> None:
    """Make the runs that the CSV file lacks, and print tables of all that were asked for.

    Args:
        name: The name of the benchmark in the CSV file.
        search: (run, number of evaluations) -> both series.
        figure: The name of the second figure.
        arguments: What the parser of `options` has read.
        checkpoints: Numbers of evaluations in the tables, as far as runs go, their end apart.
        direction: Whether larger or smaller values are better, in both series.
    """
    wanted = [
        Run(name, dataset, method, seed)
        for seed in arguments.seeds
        for dataset in arguments.datasets
        for method in arguments.methods
    ]

    def judged(run: Run) -> Run:
        """The run as the rows name it that have the second figure."""
        return replace(run, dataset=f"{run.dataset}, {figure}")

    def keep(run: Run, made: Series) -> None:
        values, figures = made
        append_csv(arguments.out, run, values)
        append_csv(arguments.out, judged(run), figures)
        print(f"{run.dataset}, {run.method}, seed {run.seed}: {values[-1]:.4g}", flush=True)

    done = read_csv(arguments.out)
    missing = [run for run in wanted if len(done.get(judged(run), [])) < arguments.trials]
    print(f"{len(wanted) - len(missing)} of {len(wanted)} runs are in {arguments.out}.\n")
    make_runs(missing, search, keep, arguments)
    results = read_csv(arguments.out)
    runs = {
        run: results[run][: arguments.trials] for each in wanted for run in (each, judged(each))
    }
    print_runs(runs, arguments.methods, reached(checkpoints, arguments.trials), direction)


def series(trials: Sequence[optuna.trial.FrozenTrial], figures: Sequence[float]) -> Series:
    """The series of finished trials, of which each has a figure."""
    best = [0]
    for number, trial in enumerate(trials[1:], start=1):
        best.append(number if trial.value < trials[best[-1]].value else best[-1])
    return [trials[number].value for number in best], [figures[number] for number in best]
