"""Views that compare the networks with one name by their graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.distance.scaled import ScaledDissimilarities
from optuna_nasbot.gp.views.missing_view import among_all
from optuna_nasbot.gp.views.missing_view import has_network
from optuna_nasbot.gp.views.missing_view import networks_of
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration


@dataclass(frozen=True, eq=False)
class NetworkView(View):
    """Some dissimilarities of the networks with one name, or a power of them.

    A configuration without such a network is at distance 0 from all others; see `MissingView`.

    Args:
        name: The name of the networks.
        dissimilarities: Where they come from. Several views may share it.
        chosen: Which of its dissimilarities this view has.
        power: The power to which they are raised.
    """

    name: str
    dissimilarities: ScaledDissimilarities
    chosen: slice
    power: int = 1

    def __len__(self) -> int:
        return len(range(len(self.dissimilarities))[self.chosen])

    def part(self, configuration: Configuration) -> int:
        return id(configuration.networks.get(self.name))

    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        rows, columns = networks_of(self.name, a), networks_of(self.name, b)
        found = self.dissimilarities.between(rows, columns)[self.chosen]
        found = found if self.power == 1 else found**self.power
        return among_all(found, has_network(self.name, a), has_network(self.name, b))

    def remember(self, configurations: Sequence[Configuration]) -> None:
        self.dissimilarities.remember(networks_of(self.name, configurations))


def d(name: str, distances: NetworkDistances) -> NetworkView:
    """OTMANN with unnormalised masses, d, at each structural coefficient."""
    return NetworkView(name, distances.transport, slice(distances.n_coeffs))


def d_bar_squared(name: str, distances: NetworkDistances) -> NetworkView:
    """The square of OTMANN with normalised masses, d-bar, at each structural coefficient."""
    return NetworkView(name, distances.transport, slice(distances.n_coeffs, None), power=2)


def neighbourhoods(name: str, distances: NetworkDistances) -> NetworkView:
    """Weisfeiler-Lehman histograms of neighbourhoods of each radius."""
    return NetworkView(name, distances.neighbourhoods, slice(None))
