"""The networks that searches found, trained anew and judged on rows that no search has seen."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from evaluation import retrainings
from evaluation_cache import Training
from evaluation_log import Evaluation
from evaluation_log import Log
from printing import Cell
from printing import print_table
from real_baselines import other_models
from real_baselines import plain_networks
from real_tasks import N_START
from real_tasks import TASKS
from real_tasks import Task
from results_table import Incumbents
from results_table import Run
from training import Errors

from optuna_nasbot import Architecture

TrainAll = Callable[[Iterable[Training]], Mapping[Training, Errors]]

_HEAD = ("dataset", "network of", "test error", "test loss", "sd of a training")


@dataclass(frozen=True)
class Judged:
    """How a method fares on the test rows.

    Attributes:
        losses: Test losses by search seed, medians of the retrainings; a single one, of seed None,
            where there was no search.
        noise: Standard deviation of the loss of one training; None where nothing is random.
    """

    losses: Mapping[int | None, float]
    noise: float | None


def print_report(runs: Incumbents, log: Log, train_all: TrainAll, data: Path) -> None:
    """Print how well the networks of all methods predict, data set by data set.

    Args:
        runs: Runs of searches; what comes first is compared with all others.
        log: What the searches evaluated.
        train_all: Trains networks.
        data: The folder of the data sets.
    """
    first = next(iter(runs)).method
    head = (*_HEAD, f"{first} minus this", "won, lost")
    print_table("Networks trained anew, on test rows:", head, _rows(runs, log, train_all, data))


def _rows(
    runs: Incumbents, log: Log, train_all: TrainAll, data: Path
) -> Iterator[tuple[Cell, ...]]:
    for dataset in dict.fromkeys(run.dataset for run in runs):
        of_dataset = {run: values for run, values in runs.items() if run.dataset == dataset}
        task = TASKS[dataset]
        judged = _searches(of_dataset, log, train_all, task)
        if not task.space.operation_set.is_image:
            judged |= _baselines(dataset, train_all, data)
        first = next(iter(judged.values()))
        for name, method in judged.items():
            yield (dataset, name, *_cells(method, task), *_compared(first, method))


def _searches(runs: Incumbents, log: Log, train_all: TrainAll, task: Task) -> dict[str, Judged]:
    """The networks with the best validation loss, of all searches and of what they began with."""
    found: dict[str, dict[int | None, list[Training]]] = {}
    start: dict[int | None, list[Training]] = {}
    for run, incumbents in runs.items():
        search = search_of(run, incumbents, log)
        found.setdefault(run.method, {})[run.seed] = retrainings(best_network(search), run.dataset)
        start[run.seed] = retrainings(best_network(search[:N_START]), run.dataset)
    found["best of start"] = start
    errors = train_all(
        training
        for by_seed in found.values()
        for trainings in by_seed.values()
        for training in trainings
    )
    return {name: _judged(by_seed, errors, task) for name, by_seed in found.items()}


def search_of(run: Run, incumbents: Sequence[float], log: Log) -> list[Evaluation]:
    """The evaluations of a run: those of the search that had these incumbents.

    Raises:
        ValueError: There is no such search.
    """
    for search in log.searches(run.dataset, run.seed):
        values = [evaluation.value for evaluation in search[: len(incumbents)]]
        if len(values) == len(incumbents) and np.allclose(
            np.minimum.accumulate(values), incumbents, rtol=1e-5, atol=0.0
        ):
            return search[: len(incumbents)]
    raise ValueError(
        f"--cache: expected the evaluations of {run}, found none with its incumbents. Give the "
        f"file that was used for it, or take the run out of the CSV file to repeat it."
    )


def best_network(search: Sequence[Evaluation]) -> Architecture:
    """The network with the least loss of a search."""
    return min(search, key=lambda evaluation: evaluation.value).network


def _judged(
    trainings: Mapping[int | None, Sequence[Training]],
    errors: Mapping[Training, Errors],
    task: Task,
) -> Judged:
    """Median losses, and what one training differs from another of the same network."""
    losses = {
        seed: [task.loss(errors[training].test) for training in of_seed]
        for seed, of_seed in trainings.items()
    }
    variances = [np.var(of_seed, ddof=1) for of_seed in losses.values()]
    medians = {seed: float(np.median(of_seed)) for seed, of_seed in losses.items()}
    return Judged(medians, float(np.sqrt(np.mean(variances))))


def _baselines(dataset: str, train_all: TrainAll, data: Path) -> dict[str, Judged]:
    """A plain network, whose learning rate is chosen on validation rows, and other models."""
    task, plain = TASKS[dataset], plain_networks(dataset)
    errors = train_all(training for trainings in plain.values() for training in trainings)
    best = min(plain, key=lambda lr: np.median([errors[each].valid for each in plain[lr]]))
    others = {
        name: Judged({None: loss}, None) for name, loss in other_models(dataset, data).items()
    }
    return {f"256-256, lr {best:g}": _judged({None: plain[best]}, errors, task), **others}


def _cells(method: Judged, task: Task) -> tuple[Cell, ...]:
    losses = list(method.losses.values())
    errors = [task.error(loss) for loss in losses]
    noise = None if method.noise is None else f"{method.noise:.4f}"
    return (_mean_and_error(errors), _mean_and_error(losses), noise)


def _compared(first: Judged, other: Judged) -> tuple[Cell, ...]:
    """Differences of the losses, paired by search seed, and how many are below and above 0."""
    common = other.losses.get(None)
    gaps = np.array(
        [
            loss - other.losses.get(seed, common)
            for seed, loss in first.losses.items()
            if common is not None or seed in other.losses
        ]
    )
    if other is first or not len(gaps):
        return (None, None)
    return (_mean_and_error(gaps), f"{int((gaps < 0).sum())}, {int((gaps > 0).sum())}")


def _mean_and_error(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{np.mean(values):.4f}"
    return f"{np.mean(values):.4f} ± {np.std(values, ddof=1) / np.sqrt(len(values)):.4f}"
