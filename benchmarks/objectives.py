"""The synthetic objectives of the authors: values of networks that cost no training.

The authors tested their search on functions of the graph alone, each a sum of peaks. Formulas and
reference values are those of their public implementation of NASBOT (Kandasamy et al., 2018). With

    u      mean units of the layers that have units,
    N, E   number of layers and of edges,
    deg    mean of the mean in-degree and the mean out-degree, E / N,
    p      number of edges on the shortest path from input to output,
    in(op), out(ip)   edges into the output and out of the input,
    s      mean stride of the layers that have one,

both kinds share

    common = exp(-0.002 |u - 1000|) + exp(-0.4 |deg - 5|) + exp(-0.2 |p - 10|)
             + exp(-0.5 |in(op) - 3|) + exp(-0.5 |out(ip) - 4|)
             + exp(-0.1 |N - 30|) + exp(-0.05 |E - 100|).

Larger is better. No network reaches all peaks at once.
"""

from __future__ import annotations

import math

from optuna_nasbot import Architecture
from optuna_nasbot.architecture.kinds import filter_size

_RATED_ACTIVATIONS = ("logistic", "relu")
_NOT_COUNTED_AS_INTERNAL = ("ip", "op", "linear")


def synthetic_value(architecture: Architecture) -> float:
    """The synthetic objective of the network's kind."""
    if architecture.kind == "cnn":
        return cnn_value(architecture)
    return mlp_value(architecture)


def cnn_value(architecture: Architecture) -> float:
    """The synthetic objective of convolutional networks.

    common + exp(-0.001 |u - 500|) + exp(-0.3 |N - 50|) + exp(-3 |s - 1.5|) + share of 3x3 filters,
    the share being (convolutions and residual layers with 3x3 filters) / (all of them + 1).
    """
    layers = architecture.layers
    filters = [size for layer in layers if (size := filter_size(layer.label))]
    strides = [layer.stride for layer in layers if layer.stride is not None]
    return (
        _common(architecture)
        + _peak(_mean_units(architecture), at=500, rate=0.001)
        + _peak(len(layers), at=50, rate=0.3)
        + _peak(sum(strides) / len(strides), at=1.5, rate=3)
        + filters.count(3) / (len(filters) + 1)
    )


def mlp_value(architecture: Architecture) -> float:
    """The synthetic objective of multi-layer perceptrons of both tasks.

    common + exp(-0.1 |E - 50|) + exp(-0.001 |u - 2000|) + share of logistic and relu layers, the
    share being (logistic and relu layers) / (layers but for `ip`, `op` and `linear` + 1).

    Raises:
        ValueError: No layer has units, so that the mean of units is not defined.
    """
    labels = [layer.label for layer in architecture.layers]
    rated = sum(label in _RATED_ACTIVATIONS for label in labels)
    internal = sum(label not in _NOT_COUNTED_AS_INTERNAL for label in labels)
    return (
        _common(architecture)
        + _peak(len(architecture.edges), at=50, rate=0.1)
        + _peak(_mean_units(architecture), at=2000, rate=0.001)
        + rated / (internal + 1)
    )


def _common(architecture: Architecture) -> float:
    n_layers, n_edges = len(architecture.layers), len(architecture.edges)
    return (
        _peak(_mean_units(architecture), at=1000, rate=0.002)
        + _peak(n_edges / n_layers, at=5, rate=0.4)
        + _peak(_shortest_path(architecture), at=10, rate=0.2)
        + _peak(len(architecture.parents[-1]), at=3, rate=0.5)
        + _peak(len(architecture.children[0]), at=4, rate=0.5)
        + _peak(n_layers, at=30, rate=0.1)
        + _peak(n_edges, at=100, rate=0.05)
    )


def _peak(value: float, *, at: float, rate: float) -> float:
    return math.exp(-rate * abs(value - at))


def _mean_units(architecture: Architecture) -> float:
    units = [layer.units for layer in architecture.layers if layer.units is not None]
    if not units:
        raise ValueError("architecture: expected a layer with units, got none.")
    return sum(units) / len(units)


def _shortest_path(architecture: Architecture) -> int:
    distance: list[int] = []
    for parents in architecture.parents:
        distance.append(1 + min((distance[parent] for parent in parents), default=-1))
    return distance[-1]
