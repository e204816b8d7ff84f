"""Bayesian optimisation without optimal transport: a Gaussian process on four counts.

Whoever proposes a distance between networks has to show that it knows more than their sizes.
Acquisition function and candidates are those of NASBOTSampler.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from methods.random_networks import random_network
from optuna_nasbot import Architecture
from optuna_nasbot.acquisition import log_expected_improvement
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.gp import condition
from optuna_nasbot.gp import fit
from optuna_nasbot.gp import sum_kernel
from optuna_nasbot.gp import warp
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import maximise
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Observations

Prediction = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Posterior means and standard deviations, each of shape (m,)."""


def by_counts(
    observed: Observations, space: ArchitectureSpace, rng: np.random.Generator
) -> Architecture:
    """The candidate with the largest expected improvement under the model of counts."""
    if not observed.networks:
        return random_network(space, rng)
    values = warp(observed.values)
    predict = model_of_counts(observed.networks, values)
    chosen = maximise(
        lambda networks: log_expected_improvement(*predict(networks), values.max()),
        [*map(Candidate, observed.networks)],
        values,
        space,
        observed.taken,
        rng,
    )
    return chosen.network if chosen else random_network(space, rng)


def model_of_counts(
    networks: Sequence[Architecture], values: NDArray[np.float64]
) -> Callable[[Sequence[Architecture]], Prediction]:
    """Fit a Gaussian process whose kernel decays with the squared differences of the counts.

    Args:
        networks: n observed networks.
        values: Their standardised values, shape (n,).

    Returns:
        A function that predicts the values of m networks.
    """
    observed = counts(networks)
    scale = observed.std(axis=0)
    scale[scale == 0.0] = 1.0

    def differences(others: Sequence[Architecture]) -> NDArray[np.float64]:
        """Squared differences of standardised counts, mean about 1, shape (4, m, n)."""
        gaps = (counts(others)[:, None] - observed[None]) / scale
        return np.moveaxis(0.5 * np.square(gaps), -1, 0)

    terms = differences(networks)
    parameters = fit([terms], values)
    posterior = condition(sum_kernel([terms], parameters), values, parameters.noise_variance)

    def predict(others: Sequence[Architecture]) -> Prediction:
        kernel = sum_kernel([differences(others)], parameters)
        prior_variance = np.full(len(others), parameters.alphas.sum())
        mean, variance = posterior.predict(kernel, prior_variance)
        return mean, np.sqrt(variance)

    return predict


def counts(networks: Sequence[Architecture]) -> NDArray[np.float64]:
    """Log number of layers, log total mass, edges, mean degree: shape (n, 4)."""
    rows = []
    for network in networks:
        n_layers, n_edges = len(network.layers), len(network.edges)
        row = (math.log(n_layers), math.log(total_mass(network)), n_edges, n_edges / n_layers)
        rows.append(row)
    return np.array(rows, dtype=float)
