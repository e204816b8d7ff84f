"""Maximum a posteriori estimate of the hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.map_objective import Objective
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.torch_compiler import without_compiler

_NOISE_MEDIAN = 0.003
_LOG_NOISE_STD = 1.5
_MUCH_NOISE = 0.3
# Where the fit stops: far below what predictions notice.
_GRADIENT_TOLERANCE = 1e-3
_CHANGE_TOLERANCE = 1e-6

# Hyperparameters farther from their prior (in standard deviations, those of log alpha and log beta
# being 1) are of no use, and within these bounds every kernel matrix can be factorised in double
# precision.
_BOUND = 6.0
_NOISE_BOUNDS = (1e-6, 10.0)


def prior_parameters(sizes: Sequence[int]) -> KernelParameters:
    """Hyperparameters at the mean of their prior, `fit`'s answer without data.

    The prior is for standardised values and dissimilarities with mean about 1 over pairs of
    random architectures. With (mean, standard deviation), all independent, for T terms of k_t
    dissimilarities: ``log alpha ~ N(-log T, 1)``, ``log beta ~ N(-log k_t, 1)``,
    ``log noise_variance ~ N(log 0.003, 1.5)``.

    Args:
        sizes: Number of dissimilarities k_t of each term, at least 1.

    Returns:
        The hyperparameters.
    """
    return KernelParameters.from_log(_log_prior(sizes)[0], sizes)


def fit(
    terms: Sequence[NDArray[np.float64]],
    values: NDArray[np.float64],
    max_iterations: int = 50,
) -> KernelParameters:
    """Fit the hyperparameters of the sum kernel by maximum a posteriori.

    L-BFGS on the log hyperparameters, started twice: from the mean of the prior (see
    `prior_parameters`), and from there with much noise. Noisy values have one optimum that takes
    the noise for signal and a better one that does not. Nothing is random, and nothing comes from
    an earlier fit: a study that is resumed goes on as if it had run in one piece. Should it fail
    numerically, the mean of the prior is the result.

    Args:
        terms: Scaled dissimilarities of the kernel's terms, each of shape ``(k_t, n, n)``.
        values: Observations, warped and standardised (the prior mean is 0), shape ``(n,)``.
        max_iterations: Largest number of iterations of each start.

    Returns:
        The hyperparameters.

    Raises:
        ValueError: If the shapes disagree or something is not finite.
    """
    _check_data(terms, values)
    sizes = [len(term) for term in terms]
    mean, std = _log_prior(sizes)
    lower, upper = mean - _BOUND * std, mean + _BOUND * std
    lower[-1], upper[-1] = np.log(_NOISE_BOUNDS)
    objective = map_objective(terms, values, mean, std)
    best, least = mean, math.inf
    for log_noise in (mean[-1], math.log(_MUCH_NOISE)):
        start = np.append(mean[:-1], log_noise)
        try:
            found, value = _minimum(objective, start, lower, upper, max_iterations)
        except np.linalg.LinAlgError:
            continue
        if value < least:
            best, least = found, value
    return KernelParameters.from_log(best, sizes)


def _minimum(
    objective: Objective,
    start: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    max_iterations: int,
) -> tuple[NDArray[np.float64], float]:
    """A local minimum within bounds, and its value, by L-BFGS.

    Beyond a bound the objective is that at the bound, and a penalty leads back. (The L-BFGS-B of
    SciPy knows bounds, but uses all threads of its BLAS for steps of some microseconds; see
    `optuna_nasbot.gp.linear_algebra`.)
    """
    # Imported here because torch is slow to import, and most processes never fit.
    import torch

    # An objective that fits may be called where torch keeps no gradients or uses another device.
    with torch.inference_mode(False), torch.device("cpu"):
        x = torch.from_numpy(start.copy())
        with without_compiler():
            optimiser = torch.optim.LBFGS(
                [x],
                max_iter=max_iterations,
                tolerance_grad=_GRADIENT_TOLERANCE,
                tolerance_change=_CHANGE_TOLERANCE,
                line_search_fn="strong_wolfe",
            )

        def evaluate() -> float:
            inside = np.clip(x.numpy(), lower, upper)
            beyond = x.numpy() - inside
            value, gradient = objective(inside)
            x.grad = torch.from_numpy(np.where(beyond == 0.0, gradient, beyond))
            return value + 0.5 * float(beyond @ beyond)

        optimiser.step(evaluate)  # type: ignore[no-untyped-call]
    found = np.clip(x.numpy(), lower, upper)
    return found, objective(found)[0]


def _log_prior(sizes: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of `KernelParameters.to_log` in the prior."""
    counts = [len(sizes), *sizes]
    mean = np.append(-np.log(np.repeat(counts, counts)), math.log(_NOISE_MEDIAN))
    std = np.append(np.ones(sum(counts)), _LOG_NOISE_STD)
    return mean, std


def _check_data(terms: Sequence[NDArray[np.float64]], values: NDArray[np.float64]) -> None:
    n = values.size
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(
            f"values must be a vector of finite numbers, got {values}; clip infinite values and "
            "leave out NaN first."
        )
    if len(terms) == 0:
        raise ValueError("terms must be at least one array of dissimilarities, got none.")
    for t, term in enumerate(terms):
        if term.ndim != 3 or len(term) == 0 or term.shape[1:] != (n, n):
            raise ValueError(
                f"terms[{t}] must have shape (k, {n}, {n}) with k at least 1 like the {n} values, "
                f"got {term.shape}."
            )
        if not np.isfinite(term).all():
            raise ValueError(f"terms[{t}] must be finite.")
