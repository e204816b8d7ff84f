"""Which search finds the better front of accuracy and size, on real data?

A trial asks for a network of at most 100,000 parameters and for four numbers: learning rate,
weight decay, dropout and batch size. It is trained on 300 digits of scikit-learn as
`real_joint.py` says. Two objectives are minimised: the logarithm of the cross-entropy on
validation rows, and log10 of the number of parameters. Values are hypervolumes: the area that the
front found so far dominates, up to the loss of a guess and to 100,000 parameters; larger is
better. After `test` in the name of a dataset stands the area of the same networks with their
losses on test rows. The training of a network with its parameters is the same whenever a seed asks
for it.

`nasbot` and `evolution` search networks and parameters together; `nasbot/known` is told how many
parameters a network has; `nsga2` is Optuna's NSGAIISampler for the parameters, beside random
networks. All begin as they do by default.

Trainings are kept in the file `--cache` and, for others, in the table `--trainings`, and runs in
the CSV file; what they have is not repeated:

    python benchmarks/real_front.py --seeds 0:5
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
import optuna
from evaluation import Trainer
from evaluation import training_with
from evaluation_cache import Cache
from fronts import area
from judged_runs import Series
from judged_runs import run_judged
from methods import METHODS
from numpy.typing import NDArray
from options import add_trainings
from options import parser
from optuna.samplers import BaseSampler
from real_joint import suggest_parameters
from real_sets import N_CLASSES
from real_tasks import JOINT_TASKS
from results_table import Run

from optuna_nasbot import Architecture
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import count_parameters
from optuna_nasbot import suggest_architecture

CHECKPOINTS = (20, 40, 60)
_KNOWN = "nasbot/known"
_METHODS = ("nasbot", _KNOWN, "evolution", "nsga2")
_RESULTS = Path(__file__).parent / "results" / "real_front.csv"
_PIXELS = 64
_LARGEST = 5.0


def main() -> None:
    options = parser(__doc__, ["digits"], _METHODS, trials=CHECKPOINTS[-1], out=_RESULTS)
    options.set_defaults(seeds="0:5")
    add_trainings(options, _RESULTS)
    arguments = options.parse_args()
    cache = Cache(arguments.cache)
    cache.read(arguments.trainings)
    search = partial(searched, data=arguments.data or Path(), cache=arguments.cache)
    run_judged("real-front", search, "test", arguments, CHECKPOINTS, "maximize")
    cache.write(arguments.trainings)


def searched(run: Run, n_trials: int, data: Path, cache: Path) -> Series:
    """The areas of the front after 1, 2, ... trials, on validation and on test rows."""
    task, trainer = JOINT_TASKS[run.dataset], Trainer(data, cache)
    points, tests = [], []

    def objective(trial: optuna.Trial) -> tuple[float, float]:
        network = suggest_architecture(trial, "net", task.space)
        suggest_parameters(trial)
        errors = trainer(training_with(network, run.dataset, run.seed, trial.params))
        points.append((task.loss(errors.valid), size(network)))
        tests.append((task.loss(errors.test), size(network)))
        return points[-1]

    study = optuna.create_study(directions=["minimize"] * 2, sampler=_sampler(run))
    study.optimize(objective, n_trials)
    reference = np.array([task.loss(task.guess_error), _LARGEST])
    found, judged = np.array(points), np.array(tests)
    counts = range(1, n_trials + 1)
    return (
        [area(found[:n], reference) for n in counts],
        [area(judged[:n][_is_on_front(found[:n])], reference) for n in counts],
    )


def size(network: Architecture) -> float:
    """Log10 of the number of parameters."""
    return math.log10(count_parameters(network, inputs=_PIXELS, outputs=N_CLASSES))


def _is_on_front(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of n points, shape (n, 2), no other one dominates."""
    at_most = (points[:, None] <= points[None]).all(axis=2)
    less = (points[:, None] < points[None]).any(axis=2)
    return np.asarray(~(at_most & less).any(axis=0))


def _sampler(run: Run) -> BaseSampler:
    if run.method == _KNOWN:
        return NASBOTSampler(seed=run.seed, known={1: size})
    return METHODS[run.method](run.seed)


if __name__ == "__main__":
    main()
