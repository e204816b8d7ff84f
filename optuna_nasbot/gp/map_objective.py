"""What the fit minimises: the negative log posterior of the hyperparameters, with its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import Dissimilarities
from optuna_nasbot.gp.kernel import exponentials
from optuna_nasbot.gp.linear_algebra import cholesky
from optuna_nasbot.gp.linear_algebra import inverse_of_product
from optuna_nasbot.gp.linear_algebra import product
from optuna_nasbot.gp.positive_semidefinite import positive_part
from optuna_nasbot.gp.prior import Prior

Objective = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
"""A function of a vector and its gradient."""


def map_objective(terms: Dissimilarities, values: NDArray[np.float64], prior: Prior) -> Objective:
    """Negative log posterior density of the log hyperparameters, up to a constant, with gradient.

    ``-log p(values | x) + |(x - prior.mean) / prior.std|^2 / 2`` for log hyperparameters x. The
    likelihood is that of `condition`, including the repair of the kernel matrix. With
    ``C = K+ + noise_variance I`` and ``w = C^-1 values``, the gradient of ``-log p`` with respect
    to C is ``(C^-1 - w w^T) / 2`` (Rasmussen and Williams 2006, equation 5.9); the rest is the
    chain rule.

    Args:
        terms: For each term the dissimilarities of its views, each of shape ``(k, n, n)``.
        values: Standardised observations, shape ``(n,)``.
        prior: The prior of x.

    Returns:
        Function from x to the value and its gradient. It raises `numpy.linalg.LinAlgError` if a
        factorisation fails.
    """
    n = len(values)
    counts = [len(terms), *prior.sizes]
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
        distance = (x - prior.mean) / prior.std

        by_matrix = 0.5 * (inverse - np.outer(weights, weights))
        by_kernel = repair.derivative(by_matrix)
        by_alphas = [(by_kernel * part).sum() for part in parts]
        by_betas = [
            -beta * _contracted(views, by_kernel * part)
            for beta, views, part in zip(betas, terms, parts, strict=True)
        ]
        by_noise = noise * np.trace(by_matrix)
        gradient = np.concatenate([by_alphas, *by_betas, by_noise])
        return misfit + 0.5 * distance @ distance, gradient + distance / prior.std

    return objective


def _contracted(
    views: Sequence[NDArray[np.float64]], matrix: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``sum_ij d_ij matrix_ij`` of each dissimilarity d of all views."""
    return np.concatenate([np.einsum("kij,ij->k", view, matrix) for view in views])
