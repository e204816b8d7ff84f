"""Draw what searches attain of the front of a pair of NAS-Bench-201's errors and costs.

For each method the median attainment surface: from the error and cost on and above its line, half
of the runs or more had found a cell that is as good in both. The grey line is the front of the
whole table. The runs are those of `nas_bench_201_fronts.py`.

    python benchmarks/nas_bench_201_attainment.py --data tables --trials 50 --out attained.svg
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from nas_bench_201_costs import PAIRS
from nas_bench_201_costs import cells
from nas_bench_201_costs import tried
from nas_bench_201_fronts import COMPARED
from numpy.typing import NDArray
from options import existing
from options import positive
from options import seeds
from results_table import Run
from runs import make_runs

Points = NDArray[np.float64]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=existing, required=True, help="the folder of the tables")
    options.add_argument("--pair", choices=PAIRS, default="imagenet16_120-edgegpu_latency")
    options.add_argument("--methods", nargs="+", choices=COMPARED, default=COMPARED)
    options.add_argument("--seeds", type=seeds, default="7000:7020", metavar="A:B")
    options.add_argument("--trials", type=positive, default=50, metavar="N")
    options.add_argument("--processes", type=positive, default=2, metavar="N")
    options.add_argument("--out", type=Path, required=True, help="the picture")
    arguments = options.parse_args()
    runs = [Run("", arguments.pair, m, s) for s in arguments.seeds for m in arguments.methods]
    found: dict[str, list[Points]] = defaultdict(list)

    def keep(run: Run, points: Points) -> None:
        found[run.method].append(points)
        print(f"{run.method}, seed {run.seed}", flush=True)

    make_runs(runs, partial(points_of, data=arguments.data), keep, arguments)
    table = cells(arguments.pair, arguments.data)
    whole = np.column_stack([table.errors.ravel(), table.costs.ravel()])
    draw({name: found[name] for name in arguments.methods}, whole, arguments.pair, arguments.out)


def points_of(run: Run, n_trials: int, data: Path) -> Points:
    """The errors and costs of the cells that a run tries, shape (n, 2)."""
    table = cells(run.dataset, data)
    places = tried(run.method, run.seed, n_trials, table)
    return np.array([(table.errors[place], table.costs[place]) for place in places])


def attained(runs: list[Points], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least costs that half of the runs or more attain with at most these errors.

    Args:
        runs: Errors and costs that runs found, each of shape (n, 2).
        errors: Errors, shape (m,).

    Returns:
        Costs, shape (m,), infinite where fewer than half of the runs have such an error.
    """
    costs = np.array(
        [
            np.where(points[:, :1] <= errors, points[:, 1:], np.inf).min(axis=0, initial=np.inf)
            for points in runs
        ]
    )
    return np.sort(costs, axis=0)[(len(runs) + 1) // 2 - 1]


def draw(runs: dict[str, list[Points]], whole: Points, pair: str, out: Path) -> None:
    """Draw the surfaces of methods."""
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    all_errors = np.unique(
        np.concatenate([whole[:, 0], *(p[:, 0] for r in runs.values() for p in r)])
    )
    lines = {"front of the table": ([whole], "0.6")}
    for index, (name, points) in enumerate(runs.items()):
        lines[name] = (points, f"C{index}")
    for name, (points, colour) in lines.items():
        axes.step(all_errors, attained(points, all_errors), where="post", label=name, color=colour)
    axes.set_xlim(whole[:, 0].min() - 1, np.median(whole[:, 0]))
    dataset, cost = pair.split("-")
    axes.set_xlabel(f"validation error in %, {dataset}")
    axes.set_ylabel(cost.replace("_", " "))
    axes.legend()
    figure.savefig(out)


if __name__ == "__main__":
    main()
