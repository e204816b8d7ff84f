"""How well a Gaussian process predicts each observation from the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.regression import condition


def leave_one_out(
    train_kernel: NDArray[np.float64], values: NDArray[np.float64], noise_variance: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict each observation from all others, at fixed hyperparameters.

    With ``C = K+ + noise_variance I`` (K+ the positive semidefinite part of the kernel matrix),
    the prediction of ``y_i`` has mean ``y_i - (C^-1 y)_i / (C^-1)_ii`` and variance
    ``1 / (C^-1)_ii`` (Rasmussen and Williams 2006, equations 5.10 to 5.12).

    Args:
        train_kernel: Kernel matrix K, symmetric, possibly indefinite, shape ``(n, n)``.
        values: Observations y, with prior mean 0, shape ``(n,)``.
        noise_variance: Variance of the observation noise, positive.

    Returns:
        Mean and variance of the predicted observations, noise included, each of shape ``(n,)``.

    Raises:
        ValueError: As in `optuna_nasbot.gp.regression.condition`.
        numpy.linalg.LinAlgError: If the noise is too small for the kernel in double precision.
    """
    posterior = condition(train_kernel, values, noise_variance)
    precisions = np.square(posterior.whitener).sum(axis=0)  # the diagonal of C^-1
    return values - posterior.weights / precisions, 1.0 / precisions
