"""Trainings that are done already, in a SQLite file that several processes share.

A compressed CSV file keeps them for others.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import sqlite3
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from training import Errors

from optuna_nasbot import Architecture

_WAIT_SECONDS = 60.0
_TABLE = """
create table if not exists trainings (
    dataset text, network text, seed integer, width real, lr real,
    valid real, test real, failure text, architecture text,
    primary key (dataset, network, seed, width, lr)
)
"""
_INSERT = "insert or ignore into trainings values (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Training:
    """What makes a training repeatable.

    Args:
        dataset: The data set.
        network: The network.
        seed: Seed of the training.
        width: The share of its units that the network is trained with.
        lr: The highest learning rate; 0 for that of the recipe.
        is_limited: Whether it fails when it takes longer than its task allows.
    """

    dataset: str
    network: Architecture
    seed: int
    width: float
    lr: float = 0.0
    is_limited: bool = True


@contextmanager
def database(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """A transaction on a file, which is made with its table where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection, connection:
        connection.execute(table)
        yield connection


class Cache:
    """Remembers the errors of trainings.

    It does not know how they were done: whoever changes the recipe of a data set begins with an
    empty file and an empty table.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, training: Training) -> Errors | None:
        """The errors of a training; None if nobody did it yet."""
        with database(self._path, _TABLE) as connection:
            errors = connection.execute(
                "select valid, test, failure from trainings "
                "where dataset = ? and network = ? and seed = ? and width = ? and lr = ?",
                _key(training),
            ).fetchone()
        if errors is None:
            return None
        valid, test = (math.nan if error is None else error for error in errors[:2])
        return Errors(valid, test, errors[2])

    def put(self, training: Training, errors: Errors) -> None:
        """Remember the errors of a training; of two that were done at once the first counts."""
        document = json.dumps(training.network.to_dict(), separators=(",", ":"))
        # SQLite keeps NaN as NULL.
        row = (*_key(training), errors.valid, errors.test, errors.failure, document)
        with database(self._path, _TABLE) as connection:
            connection.execute(_INSERT, row)

    def read(self, table: Path) -> None:
        """Add the trainings of a table that `write` made; there may be none yet."""
        if not table.exists():
            return
        with gzip.open(table, "rt", encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        with database(self._path, _TABLE) as connection:
            connection.executemany(_INSERT, map(_parsed, rows))

    def write(self, table: Path) -> None:
        """Write all trainings to a compressed CSV file, the same bytes for the same trainings.

        Its columns are those of a `Training`, with the canonical hash of its network, and of its
        `Errors`, empty where they are not a number; then the network as a JSON document.
        """
        with database(self._path, _TABLE) as connection:
            rows = connection.execute(
                "select * from trainings order by dataset, network, seed, width, lr"
            )
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(name for name, *_ in rows.description)
            writer.writerows(rows)
        table.parent.mkdir(parents=True, exist_ok=True)
        with (
            table.open("wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        ):
            packed.write(text.getvalue().encode())


def _parsed(row: Sequence[str]) -> tuple[object, ...]:
    """The values of a line of the CSV file."""
    dataset, network, seed, width, lr, valid, test, failure, document = row
    errors = (float(error) if error else None for error in (valid, test))
    return (dataset, network, int(seed), float(width), float(lr), *errors, failure, document)


def _key(training: Training) -> tuple[str, str, int, float, float]:
    network = training.network.canonical_hash()
    return (training.dataset, network, training.seed, training.width, training.lr)
