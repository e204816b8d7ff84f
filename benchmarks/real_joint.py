"""Does it help to search the network together with how it is trained, on real data?

A trial asks for a network of at most 100,000 parameters and for four numbers: learning rate,
weight decay, dropout and batch size. It is trained with AdamW, from weights by LSUV, on 1,000 rows
of Protein, of which 10,240 are seen, or on 300 digits of scikit-learn, of which 9,600 are seen: so
often that it learns them by heart unless something keeps it from that. Values are the logarithm of
the loss on validation rows (mean squared error of the standardised target, or cross-entropy); what
has `test` after the name of the dataset is that of the same trained network on test rows. Smaller
is better. The training of a network with its parameters is the same whenever a seed asks for it.

`nasbot` and `evolution` search networks and parameters together, `nasbot/separate` networks, with
a TPESampler for the parameters, and `random` draws networks beside a TPESampler. `plain/tpe` and
`plain/gp` tune the parameters of one network with two layers of 256 rectified units, by Optuna's
TPESampler and GPSampler. All begin as they do by default.

The folder `--data` has Protein, see `real_sets.py`. Trainings are kept in the file `--cache` and,
for others, in the table `--trainings`, and runs in the CSV file; what they have is not repeated:

    python benchmarks/real_joint.py --data data --seeds 0:5
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import optuna
from evaluation import Trainer
from evaluation import training_with
from evaluation_cache import Cache
from judged_runs import Series
from judged_runs import run_judged
from judged_runs import series
from methods import METHODS
from options import add_trainings
from options import parsed_with_data
from options import parser
from real_tasks import JOINT_TASKS
from results_table import Run

from optuna_nasbot import Architecture
from optuna_nasbot import suggest_architecture

CHECKPOINTS = (10, 25, 50)
_METHODS = ("nasbot", "nasbot/separate", "evolution", "random", "plain/tpe", "plain/gp")
_RESULTS = Path(__file__).parent / "results" / "real_joint.csv"


def main() -> None:
    options = parser(__doc__, JOINT_TASKS, _METHODS, trials=CHECKPOINTS[-1], out=_RESULTS)
    options.set_defaults(seeds="0:5")
    add_trainings(options, _RESULTS)
    arguments = parsed_with_data(options)
    cache = Cache(arguments.cache)
    cache.read(arguments.trainings)
    search = partial(searched, data=arguments.data, cache=arguments.cache)
    run_judged("real-joint", search, "test", arguments, CHECKPOINTS)
    cache.write(arguments.trainings)


def searched(run: Run, n_trials: int, data: Path, cache: Path) -> Series:
    """The best validation loss after 1, 2, ... trials, and the same network's test loss."""
    task, trainer = JOINT_TASKS[run.dataset], Trainer(data, cache)
    tests: list[float] = []

    def objective(trial: optuna.Trial) -> float:
        is_plain = run.method.startswith("plain/")
        kind = task.space.operation_set.kind
        network = plain(kind) if is_plain else suggest_architecture(trial, "net", task.space)
        suggest_parameters(trial)
        errors = trainer(training_with(network, run.dataset, run.seed, trial.params))
        tests.append(task.loss(errors.test))
        return task.loss(errors.valid)

    study = optuna.create_study(sampler=METHODS[run.method](run.seed))
    study.optimize(objective, n_trials)
    return series(study.trials, tests)


def plain(kind: str) -> Architecture:
    """The network that one would take without a search."""
    return Architecture.chain("relu-256", "relu-256", kind=kind)


def suggest_parameters(trial: optuna.Trial) -> None:
    trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    trial.suggest_float("weight_decay", 1e-3, 1e1, log=True)
    trial.suggest_float("dropout", 0.0, 0.5)
    trial.suggest_int("batch", 32, 256, log=True)


if __name__ == "__main__":
    main()
