"""Kernels with other trends than the sampler's, to see what features and priors bring."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot import Architecture
from optuna_nasbot.gp import LogNormal
from optuna_nasbot.gp.kernels import SLOW_DECAY
from optuna_nasbot.gp.kernels import MakeKernel
from optuna_nasbot.gp.kernels import Trend
from optuna_nasbot.gp.kernels import with_trends
from optuna_nasbot.gp.prior import ABOUT_ONE
from optuna_nasbot.gp.views.feature_view import FeatureFunction
from optuna_nasbot.gp.views.global_features import global_features
from optuna_nasbot.gp.views.global_features import path_lengths_by_group

_HALF, _ALL = LogNormal(median=1.5, std=0.5), LogNormal(median=3.0, std=0.5)


def shares_of_labels(network: Architecture) -> NDArray[np.float64]:
    """The share of layers of each label."""
    labels = [layer.label for layer in network.layers]
    return np.array([labels.count(label) / len(labels) for label in network.operations.labels])


def joined(*parts: FeatureFunction) -> FeatureFunction:
    """A function that concatenates these features."""
    return lambda network: np.concatenate([part(network) for part in parts])


def _kernel(*trends: Trend, graph: float = 0.3) -> MakeKernel:
    return lambda networks: with_trends(networks, *trends, graph=graph)


_GROUPS = joined(global_features, path_lengths_by_group)

TRENDS: dict[str, MakeKernel] = {
    "trend": _kernel(Trend(global_features, _ALL, SLOW_DECAY)),
    "trend-b1": _kernel(Trend(global_features, _ALL, ABOUT_ONE)),
    "trend-b1-graph1": _kernel(Trend(global_features, _ALL, ABOUT_ONE), graph=1.0),
    "trend-b1-groups": _kernel(Trend(_GROUPS, _ALL, ABOUT_ONE)),
    "trend-groups": _kernel(Trend(_GROUPS, _ALL, SLOW_DECAY)),
    "trend-shares": _kernel(Trend(joined(global_features, shares_of_labels), _ALL, SLOW_DECAY)),
    "trend-wide": _kernel(Trend(global_features, _ALL, LogNormal(0.5, 1.0))),
    "trend-mid": _kernel(Trend(global_features, LogNormal(2.0, 0.7), LogNormal(0.7, 0.8))),
    "trend-pair-tight": _kernel(
        Trend(global_features, _HALF, SLOW_DECAY), Trend(path_lengths_by_group, _HALF, SLOW_DECAY)
    ),
    "trend-nest": _kernel(
        Trend(global_features, _HALF, ABOUT_ONE), Trend(_GROUPS, _HALF, SLOW_DECAY)
    ),
}
"""Kernels by name. The default is `trend-nest` with the second trend over path lengths only."""
