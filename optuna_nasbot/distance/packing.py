"""Many networks as one set of arrays."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.features import NetworkFeatures

# A search compares generation after generation with the same observed networks.
_N_REMEMBERED = 4


class PackedNetworks(NamedTuple):
    """The N layers of n networks, one network after the other.

    Args:
        masses: Layer masses (N,), all positive.
        labels: Positions (N,) of the labels in `OperationSet.labels`.
        path_lengths: Path lengths (N, D).
        offsets: Component c of network i is the layers `offsets[i, c]:offsets[i, c + 1]`.
        largest: The number of layers of the largest component.
    """

    masses: NDArray[np.float64]
    labels: NDArray[np.intp]
    path_lengths: NDArray[np.float64]
    offsets: NDArray[np.intp]
    largest: int


@lru_cache(maxsize=_N_REMEMBERED)
def packed(networks: tuple[NetworkFeatures, ...]) -> PackedNetworks:
    """Pack at least one network; the last few sets of networks are remembered."""
    offsets = np.array([network.offsets for network in networks])
    offsets[1:] += np.cumsum(offsets[:-1, -1])[:, None]
    return PackedNetworks(
        masses=np.concatenate([network.masses for network in networks]),
        labels=np.concatenate([network.labels for network in networks]),
        path_lengths=np.concatenate([network.path_lengths for network in networks]),
        offsets=offsets,
        largest=int(np.diff(offsets).max()),
    )
