"""Which networks each search evaluated, in order, in a SQLite file that processes share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from evaluation_cache import database

from optuna_nasbot import Architecture

_TABLE = """
create table if not exists evaluations (
    search text, dataset text, seed integer, network text, value real
)
"""


@dataclass(frozen=True)
class Evaluation:
    """A network and its value in a search."""

    network: Architecture
    value: float


class Log:
    """Remembers what searches evaluate."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, search: str, dataset: str, seed: int, evaluation: Evaluation) -> None:
        """Add an evaluation of a search, which has a name that no other one has."""
        document = json.dumps(evaluation.network.to_dict())
        row = (search, dataset, seed, document, evaluation.value)
        with database(self._path, _TABLE) as connection:
            connection.execute("insert into evaluations values (?, ?, ?, ?, ?)", row)

    def searches(self, dataset: str, seed: int) -> list[list[Evaluation]]:
        """What each search on a data set with a seed evaluated, also those that were stopped."""
        with database(self._path, _TABLE) as connection:
            rows = connection.execute(
                "select search, network, value from evaluations "
                "where dataset = ? and seed = ? order by rowid",
                (dataset, seed),
            ).fetchall()
        searches: dict[str, list[Evaluation]] = {}
        for search, document, value in rows:
            network = Architecture.from_dict(json.loads(document))
            searches.setdefault(search, []).append(Evaluation(network, value))
        return list(searches.values())
