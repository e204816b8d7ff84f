"""Bayesian optimisation without optimal transport: a Gaussian process on four counts.

A baseline: does a distance between networks know more than their sizes? All else is as in
NASBOTSampler.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp import Kernel
from optuna_nasbot.gp.kernels import sum_of
from optuna_nasbot.gp.views.feature_view import FeatureView


def counts_kernel(networks: Mapping[str, NetworkDistances]) -> Kernel:
    """One term for each name, which decays with the squared differences of the counts."""
    return sum_of(networks, [lambda name, _: FeatureView(name, counts)])


def counts(network: Architecture) -> NDArray[np.float64]:
    """Log number of layers, log total mass, edges, mean degree: shape (4,)."""
    n_layers, n_edges = len(network.layers), len(network.edges)
    mass = math.log(total_mass(network))
    return np.array([math.log(n_layers), mass, n_edges, n_edges / n_layers])
