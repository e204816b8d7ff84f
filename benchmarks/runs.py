"""Runs searches on problems, in several processes, and keeps the results in a CSV file."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import warnings
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed
from functools import partial
from typing import TypeVar

import optuna
from evaluations import EvaluationFailed
from evaluations import Evaluations
from methods import METHODS
from methods import RECOMMENDED
from problem import Direction
from problem import MakeProblem
from problem import Problem
from results_table import Incumbents
from results_table import Run
from results_table import append_csv
from results_table import print_runs
from results_table import reached
from results_table import read_csv

from optuna_nasbot import Architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.wrapped import ChoosesArchitectures

Searched = Callable[[Run, int], list[float]]
"""(run, number of evaluations) -> after each of them the worth of what the run would return."""

Result = TypeVar("Result")

_NAME = "net"
# Each run has a process of its own; more threads in it would only compete.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


def run_benchmark(
    name: str,
    make_problem: MakeProblem,
    arguments: argparse.Namespace,
    checkpoints: Sequence[int],
) -> Incumbents:
    """Make the runs that the CSV file lacks, and print tables of all that were asked for.

    Args:
        name: The name of the benchmark in the CSV file.
        make_problem: Makes the problem of a dataset and a seed.
        arguments: What the parser of `options` has read.
        checkpoints: Numbers of evaluations in the tables, as far as runs go, their end apart.

    Returns:
        The incumbents of the runs that were asked for.
    """
    problems = {
        dataset: make_problem(dataset, arguments.seeds[0]) for dataset in arguments.datasets
    }
    applicable = list(_applicable(problems, arguments.methods))
    wanted = [
        Run(name, dataset, method, seed)
        # Seed by seed, so that a benchmark that is stopped has some of all methods.
        for seed in arguments.seeds
        for dataset, method in applicable
    ]
    direction = problems[arguments.datasets[0]].direction
    search_problem = partial(_search_problem, make_problem)
    return make_and_show(wanted, search_problem, arguments, checkpoints, direction)


def make_and_show(
    wanted: Sequence[Run],
    searched: Searched,
    arguments: argparse.Namespace,
    checkpoints: Sequence[int],
    direction: Direction,
) -> Incumbents:
    """Make the runs that the CSV file lacks, and print tables of all that are wanted.

    Args:
        wanted: The runs.
        searched: Makes a run; a function of a module or a partial of one, so that it can be sent
            to other processes.
        arguments: What the parser of `options` has read.
        checkpoints: Numbers of evaluations in the tables, as far as runs go, their end apart.
        direction: Whether larger or smaller values are better.

    Returns:
        The incumbents of the runs.
    """
    done = read_csv(arguments.out)
    missing = [run for run in wanted if len(done.get(run, [])) < arguments.trials]
    n = len(wanted)
    print(f"{n - len(missing)} of {n} runs are in {arguments.out}.\n", flush=True)

    def keep(run: Run, incumbents: list[float]) -> None:
        append_csv(arguments.out, run, incumbents)
        print(f"{run.dataset}, {run.method}, seed {run.seed}: {incumbents[-1]:.4g}", flush=True)

    make_runs(missing, searched, keep, arguments)
    results = read_csv(arguments.out)
    runs = {run: results[run][: arguments.trials] for run in wanted}
    print_runs(runs, arguments.methods, reached(checkpoints, arguments.trials), direction)
    return runs


def _applicable(problems: dict[str, Problem], methods: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Datasets and methods, without those that want parameters where there are only networks."""
    for dataset, problem in problems.items():
        for method in methods:
            is_for_networks = isinstance(METHODS[method](0), ChoosesArchitectures)
            if problem.flattened is None and not is_for_networks:
                print(f"{method} is left out on {dataset}, which has no flattened parameters.")
            else:
                yield dataset, method


def make_runs(
    runs: Iterable[Run],
    make: Callable[[Run, int], Result],
    keep: Callable[[Run, Result], None],
    arguments: argparse.Namespace,
) -> None:
    """Make runs, several at a time.

    Args:
        runs: The runs.
        make: (run, number of evaluations) -> result, in another process.
        keep: Is given each run with its result as soon as it is there, in this process.
        arguments: What the parser of `options` has read.
    """
    os.environ.update(_ONE_THREAD)
    executor = ProcessPoolExecutor(
        arguments.processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),  # that is for this process to handle
    )
    try:
        futures = {executor.submit(_made, make, run, arguments.trials): run for run in runs}
        for future in as_completed(futures):
            keep(futures[future], future.result())
    except BaseException:
        # The other runs are not worth waiting for: their results would be lost.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _made(make: Callable[[Run, int], Result], run: Run, n_trials: int) -> Result:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    return make(run, n_trials)


def _search_problem(make_problem: MakeProblem, run: Run, n_trials: int) -> list[float]:
    return search(run, make_problem(run.dataset, run.seed), n_trials)


def search(run: Run, problem: Problem, n_trials: int) -> list[float]:
    """Search with one method.

    The networks of the start are evaluated first and given to the study as finished trials.

    Args:
        run: Says which method, and with which seed.
        problem: The problem.
        n_trials: How many evaluations, those of the start included.

    Returns:
        After each evaluation the worth of the network that the search would return.
    """
    sampler = METHODS[run.method](run.seed)
    chooses_networks = isinstance(sampler, ChoosesArchitectures)
    study = optuna.create_study(direction=problem.direction, sampler=sampler)
    evaluations = Evaluations(problem, run.seed)
    for network in problem.start[:n_trials]:
        value = evaluations(network)
        if chooses_networks:
            study.add_trial(create_architecture_trial({_NAME: network}, value=value))
        else:
            study.add_trials(_flattened_trial(problem, network, value))

    def objective(trial: optuna.Trial) -> float:
        if chooses_networks:
            return evaluations(suggest_architecture(trial, _NAME, problem.space))
        assert problem.flattened is not None, f"{run.method} needs flattened parameters"
        return evaluations(problem.flattened(trial))

    recommended: list[float] = []

    def recommend(study: optuna.Study, _: optuna.trial.FrozenTrial) -> None:
        if run.method in RECOMMENDED:
            network = RECOMMENDED[run.method](study, _NAME)
            recommended.append(problem.evaluate(network))

    n_left = n_trials - len(evaluations)
    study.optimize(objective, n_left, catch=EvaluationFailed, callbacks=[recommend])
    incumbents = evaluations.incumbents()
    return [*incumbents[: n_trials - len(recommended)], *recommended]


def _flattened_trial(
    problem: Problem, network: Architecture, value: float
) -> list[optuna.trial.FrozenTrial]:
    """The finished trial of a network's parameters; none if no parameters describe it."""
    params = None if problem.flattened_params is None else problem.flattened_params(network)
    if params is None or problem.flattened is None:
        return []
    fixed = optuna.trial.FixedTrial(params)
    problem.flattened(fixed)
    return [
        optuna.create_trial(params=fixed.params, distributions=fixed.distributions, value=value)
    ]
