"""Which search returns the best cells of NAS-Bench-201, if it sees one training of each?

The protocol of the literature. A search sees the validation error of one training of a cell,
drawn at random from those of the benchmark: the same one in all searches of a seed, others for
each seed. Values are regrets: by how many points of test accuracy (mean over training seeds, 200
epochs) the cell that a search would return falls short of the best one of all 15,625. Methods
return the cell with the best value seen, or what `methods.RECOMMENDED` says. All start from the
same ten random cells, others for each seed. `--data nb201.npz` is needed. Runs that the CSV file
has are not repeated.

    python benchmarks/nas_bench_201_seeds.py --data nb201.npz --seeds 7000:7020
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from nas_bench_201 import COMPARED
from nas_bench_201 import flattened
from nas_bench_201 import flattened_params
from nas_bench_201 import random_start
from nas_bench_201_table import DATASETS
from nas_bench_201_table import EDGES
from nas_bench_201_table import SPACE
from nas_bench_201_table import accuracies_by_training
from nas_bench_201_table import position
from nas_bench_201_table import test_accuracies
from numpy.typing import NDArray
from options import parser
from problem import Problem
from results_table import reached
from results_table import table
from runs import run_benchmark

from optuna_nasbot import Architecture

_RESULTS = Path(__file__).parent / "results" / "nas_bench_201_seeds.csv"
_CHECKPOINTS = (25, 50, 100, 150, 200)


def main() -> None:
    options = parser(__doc__, DATASETS, COMPARED, trials=200, out=_RESULTS)
    arguments = options.parse_args()
    data = arguments.data
    if data is None:
        options.error("--data: expected the path of nb201.npz, got none.")
    make = partial(problem, data=data)
    runs = run_benchmark("nas-bench-201-seeds", make, arguments, _CHECKPOINTS)
    accuracies = {
        run: [float(test_accuracies(run.dataset, data).max()) - regret for regret in regrets]
        for run, regrets in runs.items()
    }
    print("\nTest accuracies:\n")
    print(table(accuracies, arguments.methods, reached(_CHECKPOINTS, arguments.trials)))


def problem(dataset: str, seed: int, data: Path) -> Problem:
    """The problem of a dataset, with the trainings and the start of a seed."""
    accuracies = test_accuracies(dataset, data)
    best = accuracies.max()
    rng = np.random.default_rng([seed, 4])
    seen = one_training_each(accuracies_by_training(dataset, data), rng)

    def regret(network: Architecture) -> float:
        return float(best - accuracies[_position(network)])

    def validation_error(network: Architecture | None) -> float:
        return float(100.0 - seen[_position(network)])

    return Problem(
        space=SPACE,
        evaluate=regret,
        observe=validation_error,
        direction="minimize",
        start=random_start(seed),
        flattened=flattened,
        flattened_params=flattened_params,
        impossible_value=float(best - accuracies[_position(None)]),
    )


def one_training_each(
    accuracies: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """One of the trainings of each cell, drawn at random.

    Args:
        accuracies: Trainings on the last axis, NaN where there is none.
        rng: The source of randomness.

    Returns:
        An array without the last axis.
    """
    drawn = rng.integers(np.isfinite(accuracies).sum(axis=-1))
    with_nan_last = np.sort(accuracies, axis=-1)
    return np.take_along_axis(with_nan_last, drawn[..., None], axis=-1)[..., 0]


def _position(network: Architecture | None) -> tuple[int, ...]:
    """Where a cell stands in the arrays; one that is cut in two stands where all edges are."""
    return (0,) * len(EDGES) if network is None else position(SPACE.edges_of_network(network))


if __name__ == "__main__":
    main()
