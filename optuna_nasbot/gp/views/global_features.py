"""Summary features of a network, over which the model fits trends.

They are numbers of layers, masses and lengths of paths, for any kind of network. The transport and
neighbourhood terms of the kernel distinguish networks of similar size, but can't distinguish
directions far from the observed networks. A smooth term over these features is the part of the
model that extrapolates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterable
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.distance.path_lengths import TYPES
from optuna_nasbot.distance.path_lengths import path_lengths_through


def global_features(architecture: Architecture) -> NDArray[np.float64]:
    """Ten numbers that describe a network as a whole.

    Returns:
        Array (10,): logarithm of the number of layers, logarithm of 1 plus the total mass, edges,
        edges per layer, edges on the longest and on the shortest path from the input to the
        output, mean logarithm of the units, edges into the output, edges out of the input, mean
        stride. Means are over the layers that have units, or a stride; 0 if none has.
    """
    layers, n_edges = architecture.layers, len(architecture.edges)
    units = (math.log(layer.units) for layer in layers if layer.units is not None)
    strides = (float(layer.stride) for layer in layers if layer.stride is not None)
    return np.array(
        [
            math.log(len(layers)),
            math.log1p(total_mass(architecture)),
            n_edges,
            n_edges / len(layers),
            path_length(architecture, max),
            path_length(architecture, min),
            _mean(units),
            len(architecture.parents[-1]),
            len(architecture.children[0]),
            _mean(strides),
        ]
    )


def path_lengths_by_group(architecture: Architecture) -> NDArray[np.float64]:
    """The smallest and the largest number of layers of each group on a path.

    Paths go from the input to the output; see `optuna_nasbot.distance.path_lengths`.

    Returns:
        Array (2 G,): the smallest numbers for each of G groups, then the largest ones. Without
        groups all layers count as one group.
    """
    lengths = path_lengths_through(architecture)
    of_groups = lengths[:, 1:] if lengths.shape[1] > 1 else lengths
    shortest, longest = of_groups[TYPES.index("shortest")], of_groups[TYPES.index("longest")]
    return np.concatenate([shortest, longest])


def path_length(architecture: Architecture, chosen: Callable[[list[int]], int]) -> int:
    """The number of edges on the longest (max) or shortest (min) path through the network."""
    lengths: list[int] = []
    for parents in architecture.parents:
        lengths.append(1 + chosen([lengths[parent] for parent in parents]) if parents else 0)
    return lengths[-1]


def _mean(numbers: Iterable[float]) -> float:
    found = list(numbers)
    return fmean(found) if found else 0.0
