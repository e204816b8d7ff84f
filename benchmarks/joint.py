"""Which search finds the best network where a learning rate and a weight decay count as well?

The worth of a network is how far it is from six layers of 40 units that are rectified, in these
respects; the value adds what is lost by the learning rate and the weight decay. In `additive` the
best learning rate is 0.001 for all networks, in `interaction` that of deep and wide networks is
smaller. Smaller is better, and 0 is best. Tables have the value of the best trial, and after
`network` in the name of a dataset the worth of its network. All that is random depends on the
seed; searches begin as they do by default. Runs that the CSV file has are not repeated.

`nasbot` and `evolution` search networks and parameters together, `nasbot/separate` networks, with
a TPESampler for the parameters, and `random` draws networks beside a TPESampler. `--order` says
what an objective asks for first.

    python benchmarks/joint.py --seeds 7000:7020
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
from methods import METHODS
from options import parser
from optuna.distributions import FloatDistribution
from results_table import Run
from results_table import append_csv
from results_table import paired_differences
from results_table import read_csv
from results_table import table

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

DATASETS = ("additive", "interaction")
ORDERS = ("network", "parameters", "ask")
CHECKPOINTS = (20, 40, 80)
_METHODS = ["nasbot", "nasbot/separate", "evolution", "random"]
_RESULTS = Path(__file__).parent / "results" / "joint.csv"
_OF_NETWORK = ", network"
_SPACE = MLPSpace(task="regression", max_layers=12, max_units=128)
_RATE = FloatDistribution(1e-5, 1e-1, log=True)
_PARAMETERS = {"lr": _RATE, "weight_decay": _RATE}


def main() -> None:
    options = parser(__doc__, DATASETS, _METHODS, trials=CHECKPOINTS[-1], out=_RESULTS)
    options.add_argument(
        "--order", choices=ORDERS, default=ORDERS[0], help="what an objective asks for first"
    )
    arguments = options.parse_args()
    name = f"joint-{arguments.order}"
    wanted = [
        Run(name, dataset, method, seed)
        for seed in arguments.seeds
        for dataset in arguments.datasets
        for method in arguments.methods
    ]
    make_runs(wanted, arguments)
    results = read_csv(arguments.out)
    shown = {
        run: results[run][: arguments.trials]
        for each in wanted
        for run in (each, of_network(each))
    }
    checkpoints = [*(n for n in CHECKPOINTS if n < arguments.trials), arguments.trials]
    print(table(shown, arguments.methods, checkpoints))
    print(f"\n{arguments.methods[0]} minus the others, paired by seed:\n")
    print(paired_differences(shown, arguments.methods, checkpoints, "minimize"))


def make_runs(wanted: list[Run], arguments: argparse.Namespace) -> None:
    """Make the runs that the CSV file lacks."""
    done = read_csv(arguments.out)
    missing = [run for run in wanted if len(done.get(of_network(run), [])) < arguments.trials]
    print(f"{len(wanted) - len(missing)} of {len(wanted)} runs are in {arguments.out}.\n")
    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.processes) as pool:
        calls = [(run, arguments.trials) for run in missing]
        for run, (values, worths) in zip(missing, pool.imap(searched, calls), strict=True):
            append_csv(arguments.out, run, values)
            append_csv(arguments.out, of_network(run), worths)
            print(f"{run.dataset}, {run.method}, seed {run.seed}: {values[-1]:.4g}", flush=True)


def of_network(run: Run) -> Run:
    """The run as the rows name it that have the worth of its network."""
    return Run(run.benchmark, f"{run.dataset}{_OF_NETWORK}", run.method, run.seed)


def searched(call: tuple[Run, int]) -> tuple[list[float], list[float]]:
    """The best value after 1, 2, ... trials, and the worth of the best trial's network."""
    run, n_trials = call
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=METHODS[run.method](run.seed))
    objective = OBJECTIVES[run.benchmark.partition("-")[2]]
    values, worths = [], []
    for _ in range(n_trials):
        trial = study.ask(_PARAMETERS if run.benchmark.endswith("ask") else None)
        network = objective(trial)
        lr, decay = trial.params["lr"], trial.params["weight_decay"]
        study.tell(trial, value(network, lr, decay, run.dataset == "interaction"))
        values.append(study.best_value)
        worths.append(worth(get_architecture(study.best_trial, "net")))
    return values, worths


def network_first(trial: optuna.Trial) -> Architecture:
    network = suggest_architecture(trial, "net", _SPACE)
    suggest_parameters(trial)
    return network


def parameters_first(trial: optuna.Trial) -> Architecture:
    suggest_parameters(trial)
    return suggest_architecture(trial, "net", _SPACE)


def suggest_parameters(trial: optuna.Trial) -> None:
    for name in _PARAMETERS:
        trial.suggest_float(name, _RATE.low, _RATE.high, log=True)


OBJECTIVES: dict[str, Callable[[optuna.Trial], Architecture]] = {
    "network": network_first,
    "parameters": parameters_first,
    "ask": network_first,
}


def worth(network: Architecture) -> float:
    """How far a network is from the best ones."""
    units = [layer.units for layer in network.layers if layer.units]
    rectified = sum(layer.label in ("relu", "elu") for layer in network.layers) / len(units)
    size = abs(len(units) - 6) / 3 + abs(math.log2(np.mean(units) / 40))
    return size + 1 - rectified


def value(network: Architecture, lr: float, decay: float, interacts: bool) -> float:
    """The worth of a network, and what is lost by its parameters."""
    units = [layer.units for layer in network.layers if layer.units]
    best = -3.0
    if interacts:
        best -= 0.15 * (len(units) - 6) + 0.3 * math.log2(np.mean(units) / 40)
    lost = 0.7 * (math.log10(lr) - best) ** 2 + 0.3 * abs(math.log10(decay) + 3)
    return worth(network) + lost


if __name__ == "__main__":
    main()
