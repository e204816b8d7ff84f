"""Maximum a posteriori estimate of the hyperparameters."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import KernelParameters

_ALPHA_MEDIAN = 0.5
_NOISE_MEDIAN = 0.01
_LOG_ALPHA_STD = 1.0
_LOG_BETA_STD = 1.0
_LOG_NOISE_STD = 0.7

# Hyperparameters farther from their prior (in standard deviations) are of no use, and within these
# bounds every kernel matrix can be factorised in double precision.
_BOUND = 6.0


def prior_parameters(n_coeffs: int) -> KernelParameters:
    """Hyperparameters at the mean of their prior, `fit`'s answer without data.

    The prior is for standardised values and distances with mean 1 over pairs of random
    architectures. With (mean, standard deviation), all independent:
    ``log alpha ~ N(log 0.5, 1)``, ``log beta ~ N(-log n_coeffs, 1)``,
    ``log noise_variance ~ N(log 0.01, 0.7)``.

    Args:
        n_coeffs: Number of structural coefficients, at least 1.

    Returns:
        The hyperparameters.
    """
    return KernelParameters.from_log(_log_prior(n_coeffs)[0])


def fit(
    lp: NDArray[np.float64],
    emd: NDArray[np.float64],
    values: NDArray[np.float64],
    start: KernelParameters | None = None,
    max_iterations: int = 50,
) -> KernelParameters:
    """Fit the hyperparameters of the sum kernel by maximum a posteriori.

    L-BFGS-B on the log hyperparameters, started from the mean of the prior (see
    `prior_parameters`) and, if given, from ``start``; the better result is taken. Nothing is
    random. Should every run fail numerically, the mean of the prior is the result.

    Args:
        lp: Scaled distances with unnormalised masses, shape ``(n_coeffs, n, n)``.
        emd: Scaled normalised distances, shape ``(n_coeffs, n, n)``.
        values: Observations, warped and standardised (the prior mean is 0), shape ``(n,)``.
        start: Hyperparameters to begin from, such as the previous fit.
        max_iterations: Largest number of iterations from each start.

    Returns:
        The hyperparameters.

    Raises:
        ValueError: If the shapes disagree or something is not finite.
    """
    # Imported here because scipy and torch are slow to import, and most processes never fit.
    import scipy.optimize
    import torch

    from optuna_nasbot.gp.map_objective import map_objective
    from optuna_nasbot.gp.map_objective import single_thread

    _check_data(lp, emd, values, start)
    prior_mean, prior_std = _log_prior(len(lp))
    objective = map_objective(lp, emd, values, prior_mean, prior_std)
    lower, upper = prior_mean - _BOUND * prior_std, prior_mean + _BOUND * prior_std
    starts = [prior_mean]
    if start is not None:
        starts.append(np.clip(start.to_log(), lower, upper))

    best, best_loss = prior_mean, math.inf
    for x in starts:
        try:
            with single_thread():
                result = scipy.optimize.minimize(
                    objective,
                    x,
                    jac=True,
                    method="L-BFGS-B",
                    bounds=scipy.optimize.Bounds(lower, upper),
                    options={"maxiter": max_iterations},
                )
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
            continue
        if np.isfinite(result.x).all() and result.fun < best_loss:
            best, best_loss = result.x, float(result.fun)
    return KernelParameters.from_log(best)


def _log_prior(n_coeffs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of `KernelParameters.to_log` in the prior."""
    sizes = [2, 2 * n_coeffs, 1]
    means = [math.log(_ALPHA_MEDIAN), -math.log(n_coeffs), math.log(_NOISE_MEDIAN)]
    stds = [_LOG_ALPHA_STD, _LOG_BETA_STD, _LOG_NOISE_STD]
    return np.repeat(means, sizes), np.repeat(stds, sizes)


def _check_data(
    lp: NDArray[np.float64],
    emd: NDArray[np.float64],
    values: NDArray[np.float64],
    start: KernelParameters | None,
) -> None:
    n = values.size
    right_lp = lp.ndim == 3 and len(lp) > 0 and lp.shape[1:] == (n, n)
    if not (values.ndim == 1 and right_lp and emd.shape == lp.shape):
        raise ValueError(
            "lp and emd must have shape (n_coeffs, n, n) for n values, "
            f"got {lp.shape}, {emd.shape} and values of shape {values.shape}."
        )
    if not (np.isfinite(lp).all() and np.isfinite(emd).all() and np.isfinite(values).all()):
        raise ValueError(
            "lp, emd and values must be finite; clip infinite values and leave out NaN first."
        )
    if start is not None and len(start.betas_lp) != len(lp):
        raise ValueError(
            f"start must be for {len(lp)} structural coefficients like lp, "
            f"got one for {len(start.betas_lp)}."
        )
