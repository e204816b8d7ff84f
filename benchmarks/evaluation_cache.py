"""Trainings that are done already, in a SQLite file that several processes share."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from training import Errors

from optuna_nasbot import Architecture

_WAIT_SECONDS = 60.0
_TABLE = """
create table if not exists trainings (
    dataset text, network text, seed integer, width real, lr real, valid real, test real,
    primary key (dataset, network, seed, width, lr)
)
"""
FAILED = Errors(valid=math.nan, test=math.nan)


@dataclass(frozen=True)
class Training:
    """What makes a training repeatable.

    Args:
        dataset: The data set.
        network: The network.
        seed: Seed of the training.
        width: The share of its units that the network is trained with.
        lr: The highest learning rate; 0 for that of the recipe.
    """

    dataset: str
    network: Architecture
    seed: int
    width: float
    lr: float = 0.0


@contextmanager
def database(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """A transaction on a file, which is made with its table where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection, connection:
        connection.execute(table)
        yield connection


class Cache:
    """Remembers the errors of trainings. It does not know how they were done: whoever changes
    the recipe of a data set begins with an empty file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, training: Training) -> Errors | None:
        """The errors of a training, `FAILED` if it failed; None if nobody did it yet."""
        with database(self._path, _TABLE) as connection:
            errors = connection.execute(
                "select valid, test from trainings "
                "where dataset = ? and network = ? and seed = ? and width = ? and lr = ?",
                _key(training),
            ).fetchone()
        if errors is None:
            return None
        return FAILED if None in errors else Errors(*errors)  # SQLite keeps NaN as NULL

    def put(self, training: Training, errors: Errors) -> None:
        """Remember the errors of a training; of two that were done at once the first counts."""
        row = (*_key(training), errors.valid, errors.test)
        with database(self._path, _TABLE) as connection:
            connection.execute("insert or ignore into trainings values (?, ?, ?, ?, ?, ?, ?)", row)


def _key(training: Training) -> tuple[str, str, int, float, float]:
    network = training.network.canonical_hash()
    return (training.dataset, network, training.seed, training.width, training.lr)
