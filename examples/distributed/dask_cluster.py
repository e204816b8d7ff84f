"""The same search on a Dask cluster: only the storage changes.

    pip install -c constraints.txt ".[distributed]"
    python examples/distributed/dask_cluster.py
    python examples/distributed/dask_cluster.py --scheduler tcp://host:8786

Without `--scheduler` it starts worker processes on this machine. The study lives in the memory of
the scheduler, or in the database that `--storage` names.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import optuna
from digits import objective
from distributed import Client
from distributed import as_completed
from distributed import get_worker
from optuna.exceptions import ExperimentalWarning
from optuna_integration import DaskStorage
from shared_study import open_study

from optuna_nasbot import get_architecture


def run_trial(study: optuna.Study) -> None:
    """One trial, on a worker of the cluster."""

    def named_objective(trial: optuna.Trial) -> float:
        trial.set_user_attr("worker", str(get_worker().name))
        return objective(trial)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", ExperimentalWarning)
    study.optimize(named_objective, n_trials=1)


def search(client: Client, storage: str | None, n_trials: int) -> optuna.Study:
    """Let the workers of a cluster run trials, as many at a time as they have threads."""
    for module in ("digits.py", "shared_study.py"):  # the workers may not have these files
        client.upload_file(str(Path(__file__).with_name(module)))
    study = open_study(DaskStorage(storage, client=client))
    futures = [client.submit(run_trial, study, pure=False) for _ in range(n_trials)]
    for done, future in enumerate(as_completed(futures), start=1):
        future.result()
        print(f"\r{done} of {n_trials} trials", end="", flush=True)
    return study


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a running cluster")
    parser.add_argument("--workers", type=int, default=4, help="of a cluster on this machine")
    parser.add_argument("--storage", metavar="URL", help="of a database for the scheduler")
    parser.add_argument("--trials", type=int, default=40)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    if arguments.scheduler is not None:
        client = Client(arguments.scheduler)
    else:
        client = Client(n_workers=arguments.workers, threads_per_worker=1, dashboard_address=":0")
    with client:
        print(f"Dask's dashboard: {client.dashboard_link}")
        study = search(client, arguments.storage, arguments.trials)
        best = study.best_trial
    print(f"\n\nBest network, trial {best.number}, from worker {best.user_attrs['worker']}:\n")
    print(get_architecture(best, "net"))
    accuracy = best.user_attrs["validation accuracy"]
    print(f"\nValidation loss {best.value:.4f}, validation accuracy {accuracy:.1%}")


if __name__ == "__main__":
    main()
