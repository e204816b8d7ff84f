"""More features of networks for the trend than the package has, to see what they bring."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot import Architecture
from optuna_nasbot.distance import path_lengths
from optuna_nasbot.gp.views.global_features import global_features


def features_and_group_paths(network: Architecture) -> NDArray[np.float64]:
    """The shortest and the longest path through the network by layers of each group, too."""
    from_input = path_lengths(network)[0, 1]  # of the input layer, towards the output
    return np.concatenate([global_features(network), from_input[:2, 1:].ravel()])


def features_and_shares(network: Architecture) -> NDArray[np.float64]:
    """The share of layers of each label, too."""
    labels = [layer.label for layer in network.layers]
    shares = [labels.count(label) / len(labels) for label in network.operations.labels]
    return np.concatenate([global_features(network), shares])
