"""Which search finds the best networks for real data?

The paper's experiment on two cores: multi-layer perceptrons on tables (protein, blog, naval,
indoor, news) and convolutional networks on images (cifar10), trained at a quarter of their width
for 500 steps (news 150). Searches minimise the logarithm of the mean squared error on validation
rows, of the standardised target, or the share of wrong classes. All begin with the same ten
networks of the initial pool. Then the best network of each search, by validation, is trained
three times anew and judged on test rows, beside the best of the ten and models off the shelf.

The folder `--data` has the data sets as NumPy archives, see `real_sets.py`. Trainings are kept in
the file `--cache`, searches in the CSV file, and what they have is not repeated, so that the
benchmark can be run in pieces. The trainings of earlier runs are read from the table
`--trainings`, and those of this run are added to it at the end:

    python benchmarks/real_data.py --data data --datasets protein naval --seeds 0:2
    python benchmarks/real_data.py --data data --seeds 0:5 --figure distances.png
"""

from __future__ import annotations

import argparse
import uuid
from functools import partial
from pathlib import Path

from chains import flattened
from chains import flattened_params
from evaluation import Trainer
from evaluation import evaluate
from evaluation import train_all
from evaluation import trainings_of_search
from evaluation_cache import Cache
from evaluation_log import Evaluation
from evaluation_log import Log
from options import add_trainings
from options import parsed_with_data
from options import parser
from problem import Problem
from real_distances import draw
from real_distances import evaluated
from real_distances import print_correlations
from real_distances import print_predictions
from real_drawings import draw_best
from real_report import print_report
from real_tasks import N_START
from real_tasks import NETWORK_TASKS
from real_tasks import TASKS
from runs import run_benchmark

from optuna_nasbot import Architecture

_METHODS = (
    "nasbot",
    "evolution",
    "random",
    "regularised-evolution",
    "local-search",
    "counts",
    "tpe",
)
_RESULTS = Path(__file__).parent / "results" / "real_data.csv"
_CHECKPOINTS = (10, 20, 30, 40, 50)


def main() -> None:
    arguments = _arguments()
    data, cache = arguments.data, arguments.cache
    Cache(cache).read(arguments.trainings)
    train = partial(train_all, data=data, cache=cache, n_processes=arguments.processes)
    train(
        training
        for dataset in arguments.datasets
        for seed in arguments.seeds
        for network in _start(dataset)
        for training in trainings_of_search(network, dataset, seed)
    )
    make = partial(problem, data=data, cache=cache)
    runs = run_benchmark("real-data", make, arguments, _CHECKPOINTS)
    log = Log(cache)
    print_report(runs, log, train, data)
    Cache(cache).write(arguments.trainings)
    if arguments.drawings is not None:
        draw_best(runs, log, arguments.drawings)
    if arguments.figure is not None:
        networks = {
            dataset: evaluated(
                [search for seed in arguments.seeds for search in log.searches(dataset, seed)],
                TASKS[dataset].space,
            )
            for dataset in arguments.datasets
        }
        print_correlations(networks)
        print_predictions(networks)
        draw(networks, arguments.figure)


def _arguments() -> argparse.Namespace:
    options = parser(__doc__, NETWORK_TASKS, _METHODS, trials=50, out=_RESULTS)
    options.set_defaults(seeds="0:5")
    add_trainings(options, _RESULTS)
    options.add_argument("--figure", type=Path, help="where to draw distances against losses")
    options.add_argument("--drawings", type=Path, help="folder for drawings of the best networks")
    return parsed_with_data(options)


def problem(dataset: str, seed: int, data: Path, cache: Path) -> Problem:
    """The problem of a data set; each search wants its own, whose evaluations are logged."""
    space, trainer, log = TASKS[dataset].space, Trainer(data, cache), Log(cache)
    search = uuid.uuid4().hex

    def logged(network: Architecture) -> float:
        value = evaluate(network, dataset, seed, trainer)
        log.add(search, dataset, seed, Evaluation(network, value))
        return value

    return Problem(
        space=space,
        evaluate=logged,
        direction="minimize",
        start=_start(dataset),
        flattened=partial(flattened, space=space),
        flattened_params=flattened_params,
    )


def _start(dataset: str) -> tuple[Architecture, ...]:
    return TASKS[dataset].space.initial_pool[:N_START]


if __name__ == "__main__":
    main()
