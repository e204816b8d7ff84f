"""Which search finds the best cells of NAS-Bench-101?

Values are test errors in per cent (mean of three trainings, 108 epochs); the best of the 423,624
cells has 5.68. All methods start from the same ten random cells, others for each seed. TPE chooses
each edge and the operation of each vertex; cells with too many edges or without a way count as
untrained. `--data nb101.npz` is needed. Runs that the CSV file has are not repeated.

    python benchmarks/nas_bench_101.py --data nb101.npz --seeds 7000:7020
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import optuna
from nas_bench_101_table import SPACE
from nas_bench_101_table import cell_errors
from options import parser
from problem import Problem
from runs import run_benchmark

from optuna_nasbot import Architecture

_METHODS = (
    "nasbot",
    "nasbot/no-trend",
    "counts",
    "local-search",
    "evolution",
    "regularised-evolution",
    "tpe",
    "random",
)
_RESULTS = Path(__file__).parent / "results" / "nas_bench_101.csv"
_CHECKPOINTS = (25, 50, 100, 150)
_UNTRAINED = 90.0
N_START = 10


def main() -> None:
    options = parser(__doc__, ["cifar10"], _METHODS, trials=150, out=_RESULTS)
    arguments = options.parse_args()
    if arguments.data is None:
        options.error("--data: expected the path of nb101.npz, got none.")
    run_benchmark("nas-bench-101", partial(problem, data=arguments.data), arguments, _CHECKPOINTS)


def problem(dataset: str, seed: int, data: Path) -> Problem:
    """The problem with the random start of a seed."""
    rng = np.random.default_rng([seed, 1])
    return Problem(
        space=SPACE,
        evaluate=cell_errors(data),
        direction="minimize",
        start=tuple(SPACE.random(rng) for _ in range(N_START)),
        flattened=flattened,
        flattened_params=flattened_params,
        impossible_value=_UNTRAINED,
    )


def flattened(trial: optuna.trial.BaseTrial) -> Architecture | None:
    """The cell of a parameter for each edge and each vertex; None where the space has it not."""
    n = SPACE.max_vertices
    labels = [trial.suggest_categorical(f"vertex_{k}", SPACE.labels) for k in range(1, n - 1)]
    edges = [
        (i, j)
        for i, j in combinations(range(n), 2)
        if trial.suggest_categorical(f"edge_{i}_{j}", [False, True])
    ]
    network = SPACE.network_of_vertices(labels, edges)
    return network if network in SPACE else None


def flattened_params(network: Architecture) -> dict[str, bool | str]:
    """Parameters of a cell; vertices that it does not need get the first operation."""
    n, last = SPACE.max_vertices, len(network.layers) - 1
    labels = [layer.label for layer in network.layers[1:last]]
    labels += [SPACE.labels[0]] * (n - 2 - len(labels))
    edges = {(i, n - 1 if j == last else j) for i, j in network.edges}
    return {
        **{f"vertex_{k}": label for k, label in enumerate(labels, start=1)},
        **{f"edge_{i}_{j}": (i, j) in edges for i, j in combinations(range(n), 2)},
    }


if __name__ == "__main__":
    main()
