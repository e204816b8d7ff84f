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
from collections.abc import Mapping
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from training import Errors

from optuna_nasbot import Architecture

_WAIT_SECONDS = 60.0
_PARAMETERS = ("lr", "weight_decay", "dropout", "batch")
_KEY = ("dataset", "network", "seed", "width", *_PARAMETERS)
_KEYS = ", ".join(_KEY)
_TABLE = f"""
create table if not exists done (
    dataset text, network text, seed integer, width real,
    lr real, weight_decay real, dropout real, batch integer,
    valid real, test real, failure text, architecture text,
    primary key ({_KEYS})
)
"""
_INSERT = "insert or ignore into done values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Training:
    """What makes a training repeatable.

    Args:
        dataset: The data set.
        network: The network.
        seed: Seed of the training.
        width: The share of its units that the network is trained with.
        lr: The highest learning rate; 0 for that of the recipe.
        weight_decay: The weight decay; like the next ones only where there is a `batch`.
        dropout: The share of the outputs of hidden layers that is dropped.
        batch: Rows a step; 0 for what the recipe says of these three.
        is_limited: Whether it fails when it takes longer than its task allows.
    """

    dataset: str
    network: Architecture
    seed: int
    width: float
    lr: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    batch: int = 0
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
                "select valid, test, failure from done "
                f"where ({_KEYS}) = (?, ?, ?, ?, ?, ?, ?, ?)",
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
        """Add the trainings of a table that `write` made; there may be none yet.

        Parameters that it lacks are those of the recipes.
        """
        if not table.exists():
            return
        with gzip.open(table, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with database(self._path, _TABLE) as connection:
            connection.executemany(_INSERT, map(_parsed, rows))

    def write(self, table: Path) -> None:
        """Write all trainings to a compressed CSV file, the same bytes for the same trainings.

        Its columns are those of a `Training`, with the canonical hash of its network, and of its
        `Errors`, empty where they are not a number; then the network as a JSON document.
        """
        with database(self._path, _TABLE) as connection:
            rows = connection.execute(f"select * from done order by {_KEYS}")
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


def _parsed(row: Mapping[str, str]) -> tuple[object, ...]:
    """The values of a line of the CSV file."""
    parameters = (float(row.get(name, 0)) for name in _PARAMETERS)
    errors = (float(row[name]) if row[name] else None for name in ("valid", "test"))
    key = (row["dataset"], row["network"], int(row["seed"]), float(row["width"]), *parameters)
    return (*key, *errors, row["failure"], row["architecture"])


def _key(training: Training) -> tuple[object, ...]:
    network = training.network.canonical_hash()
    parameters = (training.lr, training.weight_decay, training.dropout, training.batch)
    return (training.dataset, network, training.seed, training.width, *parameters)
