"""Does a search find out what a constraint allows, where the best networks are at its limit?

The value of a convolutional network grows with its number of parameters, up to 200,000, and a
constraint allows 50,000. The objective sets it by `trial.set_constraint`; with Optuna 4 the
sampler has a `constraints_func`. Values are by how much the best allowed network falls short of
50,000 ** 0.25, 14.95; before there is one, of 0. After `allowed` in the name of a dataset stands
the share of allowed networks among the trials from the sixth on. Searches begin as they do by
default; `nasbot/known` is told how many parameters a network has.

    python benchmarks/limited_size.py --seeds 7000:7020
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import optuna
from judged_runs import Series
from judged_runs import run_judged
from options import parser
from results_table import Run

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import count_parameters
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler

_KNOWN = "nasbot/known"
_METHODS = ("nasbot", _KNOWN, "evolution")
_RESULTS = Path(__file__).parent / "results" / "limited_size.csv"
_CHECKPOINTS = (10, 25)
_SPACE = CNNSpace(image_size=16, max_layers=16, max_units=128)
_LIMIT = 50_000
_N_START = 5
_HAS_SET_CONSTRAINT = hasattr(optuna.trial.Trial, "set_constraint")


def main() -> None:
    options = parser(__doc__, ["size"], _METHODS, trials=_CHECKPOINTS[-1], out=_RESULTS)
    name = "limited-size" if _HAS_SET_CONSTRAINT else "limited-size-function"
    run_judged(name, searched, "allowed", options.parse_args(), _CHECKPOINTS)


def searched(run: Run, n_trials: int) -> Series:
    """The regret of the best allowed network, and the share of allowed ones after the start."""
    sizes: list[int] = []

    def objective(trial: optuna.Trial) -> float:
        sizes.append(size(suggest_architecture(trial, "net", _SPACE)))
        trial.set_user_attr("margin", sizes[-1] - _LIMIT)
        if _HAS_SET_CONSTRAINT:
            trial.set_constraint("0", sizes[-1] - _LIMIT)
        return float(min(sizes[-1], 4 * _LIMIT) ** 0.25)

    study = optuna.create_study(direction="maximize", sampler=_sampler(run))
    study.optimize(objective, n_trials)
    tried = np.array(sizes, dtype=float)
    is_allowed = tried <= _LIMIT
    best = np.maximum.accumulate(np.where(is_allowed, tried**0.25, 0.0))
    n_later = np.maximum(np.arange(1, n_trials + 1) - _N_START, 1)
    later = np.cumsum(is_allowed & (np.arange(n_trials) >= _N_START))
    return (_LIMIT**0.25 - best).tolist(), (later / n_later).tolist()


def size(network: Architecture) -> int:
    """Its number of parameters."""
    return count_parameters(network, inputs=1, outputs=10)


def _sampler(run: Run) -> ArchitectureSampler:
    function = None if _HAS_SET_CONSTRAINT else lambda trial: (trial.user_attrs["margin"],)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        if run.method == "evolution":
            return EvolutionSampler(seed=run.seed, constraints_func=function)
        known = {"0": lambda network: size(network) - _LIMIT} if run.method == _KNOWN else None
        return NASBOTSampler(seed=run.seed, constraints_func=function, known=known)


if __name__ == "__main__":
    main()
