"""Which search finds the best cells of NAS-Bench-201 that cost no more than a limit?

The validation error of a cell (mean over training seeds, 200 epochs) is minimised under a limit on
its cost: the median of all cells that have a way from input to output, or the first decile. Values
are regrets: by how many points of accuracy the best cell found within the limit falls short of the
best one of the table within it; until one is found the regret is that of the worst one. After
`feasible` in the name of a dataset stands the share of the trials that are within the limit. All
methods start from the same ten random cells, others for each seed; constraints are set by
`trial.set_constraint`. NSGA-II, TPE and GPSampler choose the operation on each of the six edges;
`nasbot/known` is told what cells cost. `--data` is the folder with nb201.npz and
nb201_hardware.npz. Runs that the CSV file has are not repeated.

    python benchmarks/nas_bench_201_limits.py --data tables --seeds 7000:7020
"""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from judged_runs import Series
from judged_runs import run_judged
from nas_bench_201_costs import KNOWN
from nas_bench_201_costs import PAIRS
from nas_bench_201_costs import cells
from nas_bench_201_costs import is_cell_of_space
from nas_bench_201_costs import tried
from options import parsed_with_data
from options import parser
from results_table import Run

COMPARED = ("nasbot", KNOWN, "nsga2", "tpe", "gp", "evolution", "random")
LIMITS = {"median": 0.5, "decile": 0.1}
_RESULTS = Path(__file__).parent / "results" / "nas_bench_201_limits.csv"
_CHECKPOINTS = (25, 50)


def main() -> None:
    datasets = [f"{pair} to {limit}" for pair, limit in product(PAIRS, LIMITS)]
    options = parser(__doc__, datasets, COMPARED, trials=_CHECKPOINTS[-1], out=_RESULTS)
    arguments = parsed_with_data(options)
    searched = partial(regrets, data=arguments.data)
    run_judged("nas-bench-201-limits", searched, "feasible", arguments, _CHECKPOINTS)


def regrets(run: Run, n_trials: int, data: Path) -> Series:
    """The regret of the best cell within the limit, and the share of trials within it."""
    pair, _, name = run.dataset.partition(" to ")
    table = cells(pair, data)
    limit = float(np.quantile(table.costs[is_cell_of_space()], LIMITS[name]))
    places = tried(run.method, run.seed, n_trials, table, limit)
    is_within = np.array([table.costs[place] <= limit for place in places])
    errors = np.array([table.errors[place] for place in places])
    possible = table.errors[(table.costs <= limit) & is_cell_of_space()]
    found = np.minimum.accumulate(np.where(is_within, errors, possible.max()))
    shares = np.cumsum(is_within) / np.arange(1, n_trials + 1)
    return (found - possible.min()).tolist(), shares.tolist()


if __name__ == "__main__":
    main()
