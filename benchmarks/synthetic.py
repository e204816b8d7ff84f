"""Which search finds the best networks on objectives that cost no training?

`mlp` and `cnn` are the authors' synthetic objectives, `teach-mlp` and `teach-cnn` the likeness to
a hidden network, another one for each seed. Larger is better. All methods of a seed start from
the same ten random networks, other ones for each seed; with `--start own` each starts as it does
by default. Runs that the CSV file has already are not repeated.

    python benchmarks/synthetic.py --seeds 7000:7020
    python benchmarks/synthetic.py --seeds 7000:7020 --noise 0.1
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from chains import flattened
from chains import flattened_params
from objectives import synthetic_value
from options import at_least_0
from options import parser
from options import share
from problem import Problem
from runs import run_benchmark
from teach import hidden_network
from teach import similarity

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.spaces import ArchitectureSpace

_DEFAULT_METHODS = [
    "nasbot",
    "local-search",
    "counts",
    "regularised-evolution",
    "evolution",
    "tpe",
    "random",
]
_RESULTS = Path(__file__).parent / "results" / "synthetic.csv"
_CHECKPOINTS = (10, 20, 40, 60, 80, 100)
N_START = 10
# The limits of the reference: at most 50 layers, no bound on how often an image is halved.
SPACES: dict[str, MLPSpace | CNNSpace] = {
    "mlp": MLPSpace(max_layers=50),
    "cnn": CNNSpace(max_layers=50, max_halvings=50),
}
DATASETS = ("mlp", "cnn", "teach-mlp", "teach-cnn")

Start = Literal["random", "own"]


def main() -> None:
    options = parser(__doc__, DATASETS, _DEFAULT_METHODS, trials=100, out=_RESULTS)
    options.add_argument(
        "--start",
        choices=("random", "own"),
        default="random",
        help="the same ten random networks for all methods, or as each begins by itself",
    )
    options.add_argument(
        "--noise", type=at_least_0, default=0.0, help="standard deviation of noise on the values"
    )
    options.add_argument(
        "--failures", type=share, default=0.0, help="share of evaluations that fail by chance"
    )
    arguments = options.parse_args()
    noise = f"-noise-{arguments.noise:g}" if arguments.noise else ""
    failures = f"-failures-{arguments.failures:g}" if arguments.failures else ""
    run_benchmark(
        f"synthetic-{arguments.start}{noise}{failures}",
        partial(
            make_problem,
            start=arguments.start,
            noise_std=arguments.noise,
            failure_rate=arguments.failures,
        ),
        arguments,
        _CHECKPOINTS,
    )


def make_problem(
    dataset: str, seed: int, start: Start, noise_std: float = 0.0, failure_rate: float = 0.0
) -> Problem:
    """The problem of a data set and a seed."""
    space = SPACES[dataset.removeprefix("teach-")]
    objective = synthetic_value
    if dataset.startswith("teach-"):
        objective = partial(similarity, hidden_network(space, np.random.default_rng([seed, 1])))
    return Problem(
        space=space,
        evaluate=objective,
        direction="maximize",
        start=() if start == "own" else random_start(space, seed),
        noise_std=noise_std,
        failure_rate=failure_rate,
        flattened=partial(flattened, space=space),
        flattened_params=flattened_params,
    )


def random_start(space: ArchitectureSpace, seed: int) -> tuple[Architecture, ...]:
    """Ten of the initial pool and of networks around it, drawn at random."""
    rng = np.random.default_rng([seed, 2])
    networks = networks_around_pool(space, 90, rng)
    return tuple(networks[index] for index in rng.permutation(len(networks))[:N_START])


if __name__ == "__main__":
    main()
