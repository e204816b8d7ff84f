"""A view that distinguishes configurations that lack a part from those that have it."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.dimensions import Dimensions


@dataclass(frozen=True, eq=False)
class MissingView(View):
    """For each part 1 between a configuration that lacks it and one that has it, otherwise 0.

    Args:
        dimensions: The networks and the parameters that configurations may lack.
        lacked: For each of them whether some observed configuration lacks it.
    """

    dimensions: Dimensions
    lacked: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return 0 if self.lacked is None else int(self.lacked.sum())

    def fitted(self, configurations: Sequence[Configuration]) -> MissingView:
        lacked = ~self._parts(configurations).all(axis=1)
        return replace(self, lacked=np.asarray(lacked))

    def part(self, configuration: Configuration) -> Hashable:
        if not len(self):
            return None
        return frozenset(configuration.networks), frozenset(configuration.parameters)

    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        if not len(self):
            return np.zeros((0, len(a), len(b)))
        rows, columns = self._parts(a)[self.lacked], self._parts(b)[self.lacked]
        return np.asarray(rows[:, :, None] != columns[:, None, :], dtype=float)

    def _parts(self, configurations: Sequence[Configuration]) -> NDArray[np.bool_]:
        """Which of D parts each of n configurations has, shape (D, n)."""
        networks = [has_network(name, configurations) for name in self.dimensions.kinds]
        parameters = [
            [name in each.parameters for each in configurations]
            for name in self.dimensions.parameters
        ]
        return np.array([*networks, *parameters], dtype=bool)


def has_network(name: str, configurations: Sequence[Configuration]) -> NDArray[np.bool_]:
    """Whether each of n configurations has a network with a name, shape (n,)."""
    return np.array([name in each.networks for each in configurations], dtype=bool)


def networks_of(name: str, configurations: Sequence[Configuration]) -> list[Architecture]:
    """The networks with a name, of the configurations that have one."""
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
