"""One rank of two: goes through trials of `TorchDistributedTrial` and writes what it got as JSON.

Arguments: the rank, a file by which the ranks find each other, and the file to write.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import optuna
import torch.distributed as dist
from optuna_integration import TorchDistributedTrial

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import enqueue_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture

SPACE = MLPSpace(max_layers=8, max_units=32)
OUTSIDE = MLPSpace(min_layers=9).initial_pool[0]


class TwoWordsError(Exception):
    """Can be pickled but not be made again from its message alone."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


class WordlessError(Exception):
    """Can be neither pickled nor told."""

    def __reduce__(self) -> str:
        raise SystemExit

    def __str__(self) -> str:
        raise RuntimeError


class FailingSampler(optuna.samplers.RandomSampler):
    """Raises what it was given when it is asked for a network."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def sample_architecture(self, *arguments: Any) -> Architecture:
        raise self.error


class Wrapper:
    """Passes on everything to a trial."""

    def __init__(self, trial: Any) -> None:
        self.trial = trial

    def __getattr__(self, name: str) -> Any:
        return getattr(self.trial, name)


def begun(study: optuna.Study | None) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TorchDistributedTrial(None if study is None else study.ask())


def facts(trial: Any, network: Architecture) -> dict[str, Any]:
    return {
        "network": network.to_dict(),
        "read": get_architecture(trial, "net").to_dict(),
        "user_attrs": trial.user_attrs,
        "params": trial.params,
    }


def searched(study: optuna.Study | None) -> list[dict[str, Any]]:
    found = []
    for _ in range(4):
        trial = begun(study)
        rate = trial.suggest_float("rate", 0, 1)
        network = suggest_architecture(trial, "net", SPACE)
        assert suggest_architecture(trial, "net", SPACE) == network
        trial.suggest_categorical("loss", ["a", "b"])
        found.append(facts(trial, network))
        if study is not None:
            stored = study.trials[trial.number].user_attrs
            found[-1]["stored"] = stored
            study.tell(trial.number, rate + len(network.layers))
    return found


def enqueued(study: optuna.Study | None) -> list[dict[str, Any]]:
    """Enqueued; and, as the second, known to rank 0 only."""
    found = []
    if study is not None:
        enqueue_architecture(study, {"net": SPACE.initial_pool[2]}, params={"rate": 0.25})
    trial = begun(study)
    found.append(facts(trial, suggest_architecture(trial, "net", SPACE)))
    single = None if study is None else study.ask()
    trial = Wrapper(TorchDistributedTrial(single))
    if single is not None:
        single.set_user_attr("architecture:net", SPACE.initial_pool[3].to_dict())
    found.append(facts(trial, suggest_architecture(trial, "net", SPACE)))
    return found


def refused(study: optuna.Study | None, name: str = "net") -> dict[str, Any]:
    trial = begun(study)
    raised: BaseException | None = None
    try:
        suggest_architecture(trial, name, SPACE)
    except BaseException as error:
        raised = error
    return {
        "error": type(raised).__name__,
        "message": "" if isinstance(raised, WordlessError) else str(raised),
        "rate": trial.suggest_float("rate", 0, 1),
        "user_attrs": trial.user_attrs,
    }


def errors(is_first: bool) -> list[dict[str, Any]]:
    found = []
    for error in (
        ValueError("no network"),
        TwoWordsError("no", "network"),
        WordlessError(),
        optuna.TrialPruned("no network"),
        KeyboardInterrupt("no network"),
    ):
        sampler = FailingSampler(error)
        found.append(refused(optuna.create_study(sampler=sampler) if is_first else None))
    found.append(refused(optuna.create_study() if is_first else None, name="a:b"))
    study = optuna.create_study() if is_first else None
    if study is not None:
        enqueue_architecture(study, {"net": OUTSIDE})
    found.append(refused(study))
    return found


def replayed(is_first: bool) -> list[str]:
    """What a `FixedTrial` gets, without a network and with one."""
    trial = optuna.trial.FixedTrial({"rate": 0.5})
    try:
        suggest_architecture(trial, "net", SPACE)
    except ValueError as error:
        message = str(error)
    trial.set_user_attr("architecture:net", SPACE.initial_pool[2].to_dict())
    shared = TorchDistributedTrial(optuna.trial.FixedTrial({}) if is_first else None)
    suggest_architecture(shared, "net", SPACE)
    return [message, suggest_architecture(trial, "net", SPACE).canonical_hash()]


def main(rank: int, meeting_point: str, written: str) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    dist.init_process_group("gloo", init_method=f"file://{meeting_point}", rank=rank, world_size=2)
    is_first = rank == 0
    sampler = NASBOTSampler(seed=0, n_startup_trials=2)
    found = {
        "searched": searched(optuna.create_study(sampler=sampler) if is_first else None),
        "enqueued": enqueued(optuna.create_study(sampler=sampler) if is_first else None),
        "errors": errors(is_first),
        "replayed": replayed(is_first),
    }
    Path(written).write_text(json.dumps(found))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
