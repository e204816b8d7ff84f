"""What the fit minimises: the negative log posterior of the hyperparameters, with its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import exponentials
from optuna_nasbot.gp.linear_algebra import cholesky
from optuna_nasbot.gp.linear_algebra import inverse_of_product
from optuna_nasbot.gp.linear_algebra import product
from optuna_nasbot.gp.positive_semidefinite import positive_part

Objective = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
"""A function of a vector and its gradient."""


def map_objective(
    terms: Sequence[NDArray[np.float64]],
    values: NDArray[np.float64],
    prior_mean: NDArray[np.float64],
    prior_std: NDArray[np.float64],
) -> Objective:
    """Negative log posterior density of the log hyperparameters, up to a constant, with gradient.

    ``-log p(values | x) + |(x - prior_mean) / prior_std|^2 / 2`` for log hyperparameters x, where
    the likelihood is that of `condition` with prior mean 0, the repair of the kernel matrix
    included. With ``C = K+ + noise_variance I`` and ``w = C^-1 values``, the gradient of
    ``-log p`` with respect to C is ``(C^-1 - w w^T) / 2`` (Rasmussen and Williams 2006, equation
    5.9); the rest is the chain rule.

    Args:
        terms: Dissimilarities of the kernel's terms, each of shape ``(k_t, n, n)``.
        values: Standardised observations, shape ``(n,)``.
        prior_mean: Mean of the normal prior of x, in the order of `KernelParameters.to_log`.
        prior_std: Standard deviation of that prior, the same shape.

    Returns:
        Function from x to the value and its gradient. It raises `numpy.linalg.LinAlgError` where
        a factorisation fails.
    """
    n = len(values)
    counts = [len(terms), *map(len, terms)]
    identity = np.eye(n)
    normaliser = 0.5 * n * math.log(2 * math.pi)

    def objective(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        alphas, *betas, noise = np.split(np.exp(x), np.cumsum(counts))
        parts = exponentials(terms, alphas, betas)
        repair = positive_part(np.asarray(sum(parts)))
        lower = cholesky(repair.matrix + noise * identity)
        inverse = inverse_of_product(lower)
        weights = product(inverse, values)
        misfit = 0.5 * values @ weights + np.log(np.diag(lower)).sum() + normaliser
        distance = (x - prior_mean) / prior_std

        by_matrix = 0.5 * (inverse - np.outer(weights, weights))
        by_kernel = repair.derivative(by_matrix)
        by_alphas = [(by_kernel * part).sum() for part in parts]
        by_betas = [
            -beta * np.einsum("kij,ij->k", term, by_kernel * part)
            for beta, term, part in zip(betas, terms, parts, strict=True)
        ]
        by_noise = noise * np.trace(by_matrix)
        gradient = np.concatenate([by_alphas, *by_betas, by_noise])
        return misfit + 0.5 * distance @ distance, gradient + distance / prior_std

    return objective
