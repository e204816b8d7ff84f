"""A view that tells apart configurations that lack a part and those that have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration


@dataclass(frozen=True, eq=False)
class MissingView(View):
    """1 between a configuration that lacks a part and one that has it, else 0; one for each part.

    Args:
        names: Names of the networks and of the parameters that configurations may lack.
        lacking: Those that some of the observed configurations lack.
    """

    names: tuple[str, ...]
    lacking: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lacking)

    def fitted(self, configurations: Sequence[Configuration]) -> MissingView:
        lacking = tuple(name for name in self.names if not has_part(name, configurations).all())
        return replace(self, lacking=lacking)

    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        found = np.zeros((len(self), len(a), len(b)))
        for index, name in enumerate(self.lacking):
            found[index] = has_part(name, a)[:, None] != has_part(name, b)[None, :]
        return found


def has_part(name: str, configurations: Sequence[Configuration]) -> NDArray[np.bool_]:
    """Whether each of n configurations has a network or a parameter of a name, shape (n,)."""
    return np.array(
        [name in each.networks or name in each.parameters for each in configurations], dtype=bool
    )


def networks_of(name: str, configurations: Sequence[Configuration]) -> list[Architecture]:
    """The networks of a name, of the configurations that have one."""
    return [each.networks[name] for each in configurations if name in each.networks]


def among_all(
    found: NDArray[np.float64], rows: NDArray[np.bool_], columns: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Dissimilarities of the configurations that have a part, and 0 for all other pairs.

    Args:
        found: Those of the ones that have it, shape (k, number in rows, number in columns).
        rows: Which of n configurations have it.
        columns: Which of m have it.

    Returns:
        Array (k, n, m), the given one if all have the part.
    """
    if rows.all() and columns.all():
        return found
    every = np.zeros((len(found), len(rows), len(columns)))
    every[:, np.flatnonzero(rows)[:, None], np.flatnonzero(columns)] = found
    return every
