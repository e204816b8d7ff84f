"""How much of what a model predicts is due to the network, and to each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.parameters import Parameter

_N_POINTS = 512
"""Length of the Sobol' sequence, a power of two. With it, the indices of a study were right to
about 0.02."""
_LEAST_VARIANCE = 1e-12
"""Targets have variance 1: below this, all predictions are equal but for rounding."""


@dataclass(frozen=True)
class Importance:
    """What a network or a parameter contributes to the variance of the predictions.

    Attributes:
        name: Its name.
        is_network: Whether it is a network.
        alone: The share that is due to it alone: its first-order Sobol' index.
        total: The share that is due to it, alone or together with others: its total Sobol' index.
    """

    name: str
    is_network: bool
    alone: float
    total: float


def importances(
    surrogate: Surrogate,
    networks: Mapping[str, Sequence[Architecture]],
    parameters: Mapping[str, Parameter],
) -> list[Importance]:
    """Sobol' indices of the posterior mean, in which a network counts as one variable.

    Let f be the posterior mean on the scale of the targets, and X a random configuration: networks
    are drawn from the given ones and parameters from their distributions, all independently. The
    indices of variable i are

    - alone: ``Var(E[f(X) | X_i]) / Var(f(X))``
    - total: ``E[Var(f(X) | X_-i)] / Var(f(X))``, where X_-i is all of X but X_i.

    The shares alone add up to at most 1, the totals to at least 1. They differ where what a
    variable does depends on others. Estimates compare f at points A and B of a Sobol' sequence and
    at A_i, which is A with the variable i of B (Saltelli et al. 2010, "Variance based sensitivity
    analysis of model output", table 2, formulas b and f):

    - alone: ``mean(f(B) (f(A_i) - f(A))) / Var(f)``
    - total: ``mean((f(A) - f(A_i))^2) / (2 Var(f))``

    Nothing is random.

    Args:
        surrogate: The model.
        networks: The different networks to draw from, at least one for each name.
        parameters: The parameters by name.

    Returns:
        The importances of networks and parameters in their order, none if all predictions are
        equal.
    """
    from scipy.stats.qmc import Sobol  # Imported here because scipy.stats is slow to import.

    names = [*networks, *parameters]
    sequence = Sobol(2 * len(names), scramble=False).random(_N_POINTS)
    first, second = np.split(sequence, 2, axis=1)

    def predicted(points: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = [_configuration(networks, parameters, point) for point in points]
        mean, _ = surrogate.predict(drawn)
        return mean

    at_first, at_second = predicted(first), predicted(second)
    both = np.concatenate([at_first, at_second])
    variance = float(both.var())
    if variance < _LEAST_VARIANCE:
        return []
    found = []
    for index, name in enumerate(names):
        mixed = first.copy()
        mixed[:, index] = second[:, index]
        change = predicted(mixed) - at_first
        total = float(np.square(change).mean()) / (2.0 * variance)
        alone = float(((at_second - both.mean()) * change).mean()) / variance
        found.append(Importance(name, index < len(networks), min(max(alone, 0.0), total), total))
    return found


def _configuration(
    networks: Mapping[str, Sequence[Architecture]],
    parameters: Mapping[str, Parameter],
    point: NDArray[np.float64],
) -> Configuration:
    """The configuration at a point of the unit cube."""
    position = iter(point.tolist())
    return Configuration(
        {name: tried[int(next(position) * len(tried))] for name, tried in networks.items()},
        {name: parameter.value(next(position)) for name, parameter in parameters.items()},
    )
