"""A worker of the soak: fake trainings of real suggestions, until the study is large enough."""

from __future__ import annotations

import argparse
import sys
import time
import warnings

import numpy as np
import optuna
from objectives import synthetic_value
from optuna.exceptions import StorageInternalError
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import total_mass

STUDY_NAME = "soak"
SPACE = MLPSpace(max_layers=20, max_units=256)
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
HEARTBEAT_SECONDS = 2
GRACE_SECONDS = 10
N_STEPS = 5
_FAILURE_RATE = 0.03
_SHORTEST, _LONGEST = 0.01, 0.2  # seconds of a fake training
_LARGE_MASS = 1e6
_RECONNECT_SECONDS = 0.5


class MadeUpFailure(Exception):
    """A training that fails, as some do."""


def open_study(url: str) -> optuna.Study:
    """The study of the soak, which is made where there is none yet."""
    storage = RDBStorage(
        url,
        engine_kwargs={"pool_pre_ping": True},
        heartbeat_interval=HEARTBEAT_SECONDS,
        grace_period=GRACE_SECONDS,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=5),
    )
    return optuna.create_study(
        study_name=STUDY_NAME,
        storage=storage,
        load_if_exists=True,
        direction="maximize",
        sampler=NASBOTSampler(),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=10, n_warmup_steps=2),
    )


def work(url: str, name: str, n_trials: int, seed: int) -> None:
    """Run trials until so many have finished; reconnect when the server is away."""

    def objective(trial: optuna.Trial) -> float:
        trial.set_user_attr("worker", name)
        begin, cpu_begin = time.perf_counter(), time.process_time()
        network = suggest_architecture(trial, "net", SPACE)
        trial.set_user_attr("suggestion seconds", time.perf_counter() - begin)
        trial.set_user_attr("suggestion CPU seconds", time.process_time() - cpu_begin)
        return fake_training(trial, network, np.random.default_rng([seed, trial.number]))

    n_reconnects = 0
    while True:
        try:
            study = open_study(url)
            study.set_user_attr(f"reconnects:{name}", n_reconnects)
            if len(study.get_trials(deepcopy=False, states=FINISHED)) >= n_trials:
                return
            study.optimize(
                objective,
                catch=(MadeUpFailure,),
                callbacks=[MaxTrialsCallback(n_trials, FINISHED)],
            )
        except Exception as error:
            if not is_recoverable(error):
                raise
            n_reconnects += 1
            time.sleep(_RECONNECT_SECONDS)


def is_recoverable(error: Exception) -> bool:
    """Whether Optuna lost the server, or a trial that was taken for dead meanwhile."""
    if isinstance(error, (StorageInternalError, SQLAlchemyError, UpdateFinishedTrialError)):
        return True
    # Faults of `Study.optimize` (Optuna 5.0) where a trial can't be told.
    return (isinstance(error, UnboundLocalError) and "updated_state" in str(error)) or (
        isinstance(error, ValueError) and str(error).startswith("Cannot tell a ")
    )


def fake_training(trial: optuna.Trial, network: Architecture, rng: np.random.Generator) -> float:
    """The synthetic value of a network, approached in steps that take longer for large ones."""
    share = min(1.0, total_mass(network) / _LARGE_MASS)
    pause = (_SHORTEST + (_LONGEST - _SHORTEST) * share) / N_STEPS
    fails_at = rng.integers(N_STEPS) if rng.random() < _FAILURE_RATE else None
    value = synthetic_value(network)
    for step in range(N_STEPS):
        time.sleep(pause)
        if step == fails_at:
            trial.set_user_attr("made up failure", True)
            raise MadeUpFailure
        trial.report(value * (1.0 - 0.5 ** (step + 1)) + 0.1 * rng.normal(), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storage", required=True, metavar="URL")
    parser.add_argument("--name", required=True)
    parser.add_argument("--trials", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    try:
        work(options.storage, options.name, options.trials, options.seed)
    except Exception as error:
        # The traceback would be long: Optuna's of the trial, then that of the database.
        sys.exit(f"{options.name} crashed: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
