"""What a soak has shown: its trials as records, what is promised of them, and tables."""

from __future__ import annotations

import csv
from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from datetime import datetime
from itertools import combinations
from pathlib import Path
from statistics import median

from optuna.trial import FrozenTrial
from optuna.trial import TrialState
from printing import print_table
from soak_supervisor import Faults

from optuna_nasbot import ArchitectureError
from optuna_nasbot import get_architecture
from optuna_nasbot.spaces import ArchitectureSpace

_AT_A_TIME = 100


@dataclass(frozen=True)
class Record:
    """A trial of the soak.

    Attributes:
        number: Its number.
        state: Its state.
        worker: The worker that ran it last.
        value: Its value.
        start: When it began.
        end: When it ended; of a killed worker's trial, when that was noticed.
        suggestion: Seconds that the network took, None of networks that were retried or lost.
        suggestion_cpu: The same in CPU seconds of the worker.
        network: Canonical hash of its network, None without a valid one of the space.
        problem: Why it has no valid network.
        retry_of: Number of the interrupted trial that it tries again.
        interrupted: Whether it failed and not because the objective said so.
    """

    number: int
    state: str
    worker: str | None
    value: float | None
    start: datetime | None
    end: datetime | None
    suggestion: float | None
    suggestion_cpu: float | None
    network: str | None
    problem: str | None
    retry_of: int | None
    interrupted: bool


def record(trial: FrozenTrial, space: ArchitectureSpace) -> Record:
    """The record of a trial."""
    network = problem = None
    try:
        architecture = get_architecture(trial, "net")
        space.check(architecture)
        network = architecture.canonical_hash()
    except (KeyError, ArchitectureError) as error:
        problem = str(error)
    attributes = trial.user_attrs
    retry_of = trial.system_attrs.get("failed_trial")
    failed = trial.state == TrialState.FAIL
    return Record(
        number=trial.number,
        state=trial.state.name,
        worker=attributes.get("worker"),
        value=trial.value,
        start=trial.datetime_start,
        end=trial.datetime_complete,
        suggestion=attributes.get("suggestion seconds") if retry_of is None else None,
        suggestion_cpu=attributes.get("suggestion CPU seconds") if retry_of is None else None,
        network=network,
        problem=problem,
        retry_of=retry_of,
        interrupted=failed and "made up failure" not in attributes,
    )


def broken_promises(records: Sequence[Record], faults: Faults, n_trials: int) -> list[str]:
    """What should not have happened, in words; empty if all is well."""
    broken = []
    n_finished = sum(is_finished(r) for r in records)
    if n_finished < n_trials:
        broken.append(f"{n_finished} of {n_trials} trials finished.")
    if faults.stuck:
        broken.append(f"{faults.stuck} workers were stuck.")
    if faults.crashes:
        broken.append(f"{faults.crashes} workers crashed.")
    n_interrupted = sum(each.interrupted for each in records)
    if n_interrupted > faults.kills + faults.reconnects:
        broken.append(
            f"{n_interrupted} trials failed by themselves, which {faults.kills} kills and "
            f"{faults.reconnects} reconnections do not explain."
        )
    for each in records:
        # Optuna never notices a trial that was interrupted before its first heartbeat. Without a
        # network it keeps nothing from the others.
        if each.state == "RUNNING" and each.network is not None:
            broken.append(f"Trial {each.number} runs on without a worker.")
        # A worker can be killed before its trial has a network.
        elif is_finished(each) and each.network is None and not each.interrupted:
            broken.append(f"Trial {each.number} has no valid network. {each.problem}")
    for first, second in repeated(records):
        if not simultaneous(first, second):
            broken.append(f"Trial {second.number} repeats the network of trial {first.number}.")
    return broken


def is_finished(each: Record) -> bool:
    return each.state in ("COMPLETE", "PRUNED", "FAIL")


def _is_left_over(each: Record) -> bool:
    return each.state == "RUNNING" and each.network is None


def repeated(records: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Pairs of finished trials for which isomorphic networks were chosen.

    Retries are left out: they keep the network of the interrupted trial, whatever others chose
    when that ran.
    """
    of_network = defaultdict(list)
    for each in records:
        if each.network is not None and is_finished(each) and each.retry_of is None:
            of_network[each.network].append(each)
    return [pair for group in of_network.values() for pair in combinations(group, 2)]


def simultaneous(first: Record, second: Record) -> bool:
    """Whether two trials ran at the same time."""
    if first.start is None or first.end is None or second.start is None or second.end is None:
        return False
    return first.start < second.end and second.start < first.end


def print_report(records: Sequence[Record], faults: Faults) -> None:
    """Print the tables of a soak."""
    states = Counter(each.state for each in records)
    pairs = repeated(records)
    retried = {each.retry_of for each in records}
    interrupted = [
        each.number in retried or each.retry_of is not None for each in records if each.interrupted
    ]
    n_finished = sum(is_finished(each) for each in records)
    print_table(
        "What happened",
        ("what", "count"),
        [
            *((f"trials: {state.lower()}", count) for state, count in sorted(states.items())),
            ("trials left running without a network", sum(map(_is_left_over, records))),
            ("failed trials that were interrupted", len(interrupted)),
            ("interrupted trials that were queued again", sum(interrupted)),
            ("pairs of isomorphic networks, retries left out", len(pairs)),
            ("of these running at the same time", sum(simultaneous(*pair) for pair in pairs)),
            ("workers killed and replaced", faults.kills),
            ("workers that crashed and were replaced", faults.crashes),
            ("workers stuck", faults.stuck),
            ("restarts of the server", faults.server_restarts),
            ("reconnections of workers", faults.reconnects),
            ("wall time in seconds", faults.seconds),
            ("finished trials a second", n_finished / faults.seconds),
        ],
    )
    print_table(
        "Seconds a suggestion as the study grows",
        ("trials", "suggestions", "CPU, median", "CPU, largest", "wall, median", "wall, largest"),
        _suggestion_rows(records),
    )


def _suggestion_rows(records: Sequence[Record]) -> Iterator[tuple[str | int | float, ...]]:
    by_hundred = defaultdict(list)
    for each in records:
        if each.suggestion is not None and each.suggestion_cpu is not None:
            by_hundred[each.number // _AT_A_TIME].append((each.suggestion_cpu, each.suggestion))
    for hundred, seconds in sorted(by_hundred.items()):
        first = hundred * _AT_A_TIME
        cpu, wall = zip(*seconds, strict=True)
        name = f"{first} to {first + _AT_A_TIME - 1}"
        yield name, len(seconds), median(cpu), max(cpu), median(wall), max(wall)


def write_csv(path: Path, records: Sequence[Record]) -> None:
    """Write the trials to a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in fields(Record)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([getattr(each, name) for name in names] for each in records)
