"""Many networks as one block of arrays, so that one of them meets all others in a few calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.features import NetworkFeatures


@dataclass(frozen=True, eq=False)
class LayerStack:
    """The layers of one component of n networks, one network below the other.

    A spare row without mass follows the layers of each network. In a transport problem it takes
    what is left unmatched; wherever a network has too few layers it can stand for a missing one.

    Args:
        masses: Layer masses (N,); 0 in spare rows.
        labels: Positions (N,) of the labels in `OperationSet.labels`; arbitrary in spare rows.
        path_lengths: Path lengths (N, D); arbitrary in spare rows.
        owner: For each row (N,) the network that it belongs to.
        starts: For each network (n,) its first row.
        spares: For each network (n,) its spare row, the one after its last layer.
        totals: For each network (n,) the sum of its masses.
    """

    masses: NDArray[np.float64]
    labels: NDArray[np.intp]
    path_lengths: NDArray[np.float64]
    owner: NDArray[np.intp]
    starts: NDArray[np.intp]
    spares: NDArray[np.intp]
    totals: NDArray[np.float64]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """For each network (n,) the number of its layers."""
        return self.spares - self.starts

    def first(self, n_networks: int) -> LayerStack:
        """The part of the stack that holds the first (at least one) networks."""
        rows = slice(self.spares[n_networks - 1] + 1)
        networks = slice(n_networks)
        return LayerStack(
            self.masses[rows],
            self.labels[rows],
            self.path_lengths[rows],
            self.owner[rows],
            self.starts[networks],
            self.spares[networks],
            self.totals[networks],
        )


def stacked(networks: Sequence[NetworkFeatures]) -> list[LayerStack]:
    """The stacks of all components of at least one network, in the order of the components."""
    masses = np.concatenate([network.masses for network in networks])
    labels = np.concatenate([network.labels for network in networks])
    lengths = np.concatenate([network.path_lengths for network in networks])
    offsets = np.array([network.offsets for network in networks])
    offsets[1:] += np.cumsum(offsets[:-1, -1])[:, None]
    stacks = []
    for component in range(offsets.shape[1] - 1):
        first, end = offsets[:, component], offsets[:, component + 1]
        rows_each = end - first + 1
        owner = np.repeat(np.arange(len(networks)), rows_each)
        spares = np.cumsum(rows_each) - 1
        starts = spares - (end - first)
        source = np.arange(len(owner)) + (first - starts)[owner]
        source[spares] = 0
        own_masses = masses[source]
        own_masses[spares] = 0.0
        totals = np.add.reduceat(own_masses, starts)
        own = LayerStack(
            own_masses, labels[source], lengths[source], owner, starts, spares, totals
        )
        stacks.append(own)
    return stacks
