"""Many networks as one block of arrays, to compare a network with all of them in a few calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.packing import PackedNetworks


@dataclass(frozen=True, eq=False)
class LayerStack:
    """The layers of one component of n networks, one network below the other.

    The layers of each network are ordered from light to heavy: POT is faster if one side is and
    the other goes from heavy to light. A spare row without mass follows. In a transport problem it
    takes what stays unmatched; it can also stand in for a layer that a network lacks.

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


def stacked(networks: PackedNetworks, start: int, stop: int) -> list[LayerStack]:
    """The stacks of all components of the networks from `start` to `stop`, at least one."""
    offsets = networks.offsets[start:stop]
    stacks = []
    for component in range(offsets.shape[1] - 1):
        first, end = offsets[:, component], offsets[:, component + 1]
        rows_each = end - first + 1
        owner = np.repeat(np.arange(len(offsets)), rows_each)
        spares = np.cumsum(rows_each) - 1
        starts = spares - (end - first)
        source = (end - 1 + starts)[owner] - np.arange(len(owner))
        source[spares] = 0
        masses = networks.masses[source]
        masses[spares] = 0.0
        stack = LayerStack(
            masses=masses,
            labels=networks.labels[source],
            path_lengths=networks.path_lengths[source],
            owner=owner,
            starts=starts,
            spares=spares,
            totals=np.add.reduceat(masses, starts),
        )
        stacks.append(stack)
    return stacks
