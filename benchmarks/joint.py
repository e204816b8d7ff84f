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

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
from judged_runs import Series
from judged_runs import run_judged
from judged_runs import series
from methods import METHODS
from options import parser
from optuna.distributions import FloatDistribution
from results_table import Run

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import suggest_architecture

DATASETS = ("additive", "interaction")
ORDERS = ("network", "parameters", "ask")
CHECKPOINTS = (20, 40, 80)
_METHODS = ["nasbot", "nasbot/separate", "evolution", "random"]
_RESULTS = Path(__file__).parent / "results" / "joint.csv"
_SPACE = MLPSpace(task="regression", max_layers=12, max_units=128)
_RATE = FloatDistribution(1e-5, 1e-1, log=True)
_PARAMETERS = {"lr": _RATE, "weight_decay": _RATE}


def main() -> None:
    options = parser(__doc__, DATASETS, _METHODS, trials=CHECKPOINTS[-1], out=_RESULTS)
    options.add_argument(
        "--order", choices=ORDERS, default=ORDERS[0], help="what an objective asks for first"
    )
    arguments = options.parse_args()
    run_judged(f"joint-{arguments.order}", searched, "network", arguments, CHECKPOINTS)


def searched(run: Run, n_trials: int) -> Series:
    """The best value after 1, 2, ... trials, and the worth of the best trial's network."""
    study = optuna.create_study(sampler=METHODS[run.method](run.seed))
    objective = OBJECTIVES[run.benchmark.partition("-")[2]]
    worths = []
    for _ in range(n_trials):
        trial = study.ask(_PARAMETERS if run.benchmark.endswith("ask") else None)
        network = objective(trial)
        lr, decay = trial.params["lr"], trial.params["weight_decay"]
        study.tell(trial, value(network, lr, decay, run.dataset == "interaction"))
        worths.append(worth(network))
    return series(study.trials, worths)


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
