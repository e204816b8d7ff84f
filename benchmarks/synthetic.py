"""Which search finds the best networks on the authors' synthetic objectives?

All methods start from the same ten networks: the ones that NASBOTSampler chooses (`spread`), or
the first ten of the reference's initial pool (`pool`). Runs that the CSV file has already are not
repeated.

    python benchmarks/synthetic.py --seeds 0:20 --trials 60
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed
from pathlib import Path

import numpy as np
import optuna
from methods import METHODS
from objectives import synthetic_value
from results_table import Run
from results_table import append_csv
from results_table import paired_differences
from results_table import read_csv
from results_table import table

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.evolution.start import prepare
from optuna_nasbot.spaces import ArchitectureSpace

_DEFAULT_METHODS = ["nasbot", "evolution", "random"]
_RESULTS = Path(__file__).parent / "results" / "synthetic.csv"
N_START = 10
CHECKPOINTS = (10, 20, 40, 60, 80, 100)
# The limits of the reference: at most 50 layers, no bound on how often an image is halved.
SPACES: dict[str, ArchitectureSpace] = {
    "mlp": MLPSpace(max_layers=50),
    "cnn": CNNSpace(max_layers=50, max_halvings=50),
}


def main() -> None:
    arguments = parse_arguments()
    first, last = (int(part) for part in arguments.seeds.split(":"))
    benchmark = f"synthetic-{arguments.start}"
    wanted = [
        Run(benchmark, dataset, method, seed)
        for seed in range(first, last)
        for dataset in arguments.datasets
        for method in arguments.methods
    ]
    done = read_csv(arguments.out)
    # Each run has a process of its own; more threads in it would only compete.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    with ProcessPoolExecutor(
        arguments.processes, mp_context=multiprocessing.get_context("spawn")
    ) as executor:
        futures = {
            executor.submit(search, run, arguments.trials, arguments.start): run
            for run in wanted
            if len(done.get(run, [])) < arguments.trials
        }
        for future in as_completed(futures):
            append_csv(arguments.out, futures[future], future.result())
            print(f"{futures[future]}: {future.result()[-1]:.3f}", flush=True)
    runs = {run: values for run, values in read_csv(arguments.out).items() if run in set(wanted)}
    checkpoints = [n for n in CHECKPOINTS if n <= arguments.trials]
    print(table(runs, arguments.methods, checkpoints))
    print(paired_differences(runs, arguments.methods, checkpoints))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=_DEFAULT_METHODS)
    parser.add_argument("--datasets", nargs="+", choices=SPACES, default=list(SPACES))
    parser.add_argument("--seeds", default="0:20", metavar="A:B", help="seeds A to B - 1")
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--start", choices=("spread", "pool"), default="spread")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=_RESULTS)
    return parser.parse_args()


def search(run: Run, n_trials: int, start: str) -> list[float]:
    """The best value after each evaluation of one run."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = SPACES[run.dataset]
    study = optuna.create_study(direction="maximize", sampler=METHODS[run.method](run.seed))
    networks = prepare(space, N_START).start if start == "spread" else space.initial_pool[:N_START]
    for network in networks:
        enqueue_architecture(study, {"net": network})
    study.optimize(
        lambda trial: synthetic_value(suggest_architecture(trial, "net", space)),
        n_trials=n_trials,
    )
    return list(np.maximum.accumulate([trial.value for trial in study.trials]))


if __name__ == "__main__":
    main()
