"""One worker of a search: run as many of them as you like, on as many machines as you like.

    python examples/distributed/worker.py --storage postgresql+psycopg2://user:password@host/name
    python examples/distributed/worker.py --storage grpc://host:13000

Workers may join, leave and be killed at any time. All stop when the study has enough trials.
"""

from __future__ import annotations

import argparse
import os
import socket
import warnings

import optuna
from digits import objective
from optuna.exceptions import ExperimentalWarning
from optuna.study import MaxTrialsCallback
from optuna.trial import FrozenTrial
from optuna.trial import TrialState
from shared_study import open_storage
from shared_study import open_study

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


def work(url: str, name: str, n_trials: int) -> None:
    """Try networks until the study has `n_trials` finished trials."""

    def named_objective(trial: optuna.Trial) -> float:
        trial.set_user_attr("worker", name)
        return objective(trial)

    def tell(_: optuna.Study, trial: FrozenTrial) -> None:
        value = "" if trial.value is None else f"{trial.value:.4f}"
        again = trial.system_attrs.get("failed_trial")
        note = "" if again is None else f"  (trial {again} again)"
        state = trial.state.name.lower()
        print(f"{name:14} trial {trial.number:3}  {state:8} {value}{note}", flush=True)

    study = open_study(open_storage(url))
    if len(study.get_trials(deepcopy=False, states=FINISHED)) < n_trials:
        study.optimize(named_objective, callbacks=[tell, MaxTrialsCallback(n_trials, FINISHED)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--storage", required=True, metavar="URL")
    parser.add_argument("--name", default=f"{socket.gethostname()}-{os.getpid()}")
    parser.add_argument("--trials", type=int, default=40, help="of all workers together")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    work(arguments.storage, arguments.name, arguments.trials)


if __name__ == "__main__":
    main()
