"""Which search finds the best cells of NAS-Bench-201 for what they cost?

The validation error of a cell (mean over training seeds, 200 epochs) and its cost are minimised
together. Values are logarithms to base 10 of the hypervolume that is missing: how much less the
cells tried so far dominate than all cells of the table do. Both axes go from 0, the best of the
table, to 1, the median error and the largest cost, which are the reference point. All methods
start from the same ten random cells, others for each seed. NSGA-II, TPE and GPSampler choose the
operation on each of the six edges; `nasbot/known` is told what cells cost. `--data` is the folder
with nb201.npz and nb201_hardware.npz. Runs that the CSV file has are not repeated.

    python benchmarks/nas_bench_201_fronts.py --data tables --seeds 7000:7020
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from fronts import area
from nas_bench_201_costs import KNOWN
from nas_bench_201_costs import PAIRS
from nas_bench_201_costs import Cells
from nas_bench_201_costs import cells
from nas_bench_201_costs import tried
from numpy.typing import NDArray
from options import parsed_with_data
from options import parser
from results_table import Run
from runs import make_and_show

COMPARED = ("nasbot", KNOWN, "nsga2", "tpe", "gp", "evolution", "random")
_RESULTS = Path(__file__).parent / "results" / "nas_bench_201_fronts.csv"
_CHECKPOINTS = (25, 50, 100, 150)
_LEAST = 1e-6
"""Stands for 0 in logarithms."""


def main() -> None:
    options = parser(__doc__, PAIRS, COMPARED, trials=_CHECKPOINTS[-1], out=_RESULTS)
    arguments = parsed_with_data(options)
    wanted = [
        Run("nas-bench-201-fronts", pair, method, seed)
        for seed in arguments.seeds
        for pair in arguments.datasets
        for method in arguments.methods
    ]
    searched = partial(missing_volumes, data=arguments.data)
    make_and_show(wanted, searched, arguments, _CHECKPOINTS, "minimize")


def missing_volumes(run: Run, n_trials: int, data: Path) -> list[float]:
    """Log10 of the hypervolume that is missing after 1, 2, ... trials."""
    table = cells(run.dataset, data)
    places = tried(run.method, run.seed, n_trials, table)
    points = losses(table)
    found = np.array([points[place] for place in places])
    whole = area(points.reshape(-1, 2), np.ones(2))
    missing = [whole - area(found[:n], np.ones(2)) for n in range(1, n_trials + 1)]
    return np.log10(np.maximum(missing, _LEAST)).tolist()


def losses(table: Cells) -> NDArray[np.float64]:
    """The error and the cost of each cell, 0 at the best of the table, 1 at the reference point.

    The reference point is the median error and the largest cost.
    """
    scaled = [
        (each - each.min()) / (reference - each.min())
        for each, reference in (
            (table.errors, np.median(table.errors)),
            (table.costs, table.costs.max()),
        )
    ]
    return np.stack(scaled, axis=-1)


if __name__ == "__main__":
    main()
