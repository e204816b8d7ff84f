"""Maximum a posteriori estimate of the hyperparameters."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import Dissimilarities
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.map_objective import Objective
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.prior import Prior
from optuna_nasbot.gp.torch_compiler import without_compiler

_MUCH_NOISE = 0.3
# The fit stops at these: smaller changes have no effect on predictions.
_GRADIENT_TOLERANCE = 1e-3
_CHANGE_TOLERANCE = 1e-6

# In standard deviations of the prior. Hyperparameters farther away are of no use, and within these
# bounds every kernel matrix can be factorised in double precision.
_BOUND = 6.0
_NOISE_BOUNDS = (1e-6, 10.0)


def fit(
    terms: Dissimilarities,
    values: NDArray[np.float64],
    prior: Prior,
    max_iterations: int = 50,
) -> KernelParameters:
    """Fit the hyperparameters of the sum kernel by maximum a posteriori.

    L-BFGS on the log hyperparameters, started twice: from the mean of the prior, and from the same
    with much noise. With noisy values there is an optimum that takes the noise for signal, and a
    better one that does not. Nothing is random, and nothing comes from an earlier fit: a study
    that is resumed goes on as if it had run without a break. If both starts fail numerically, the
    result is the mean of the prior.

    Args:
        terms: For each term the scaled dissimilarities of its views, of shape ``(k, n, n)``.
        values: Observations with mean about 0 and variance about 1, shape ``(n,)``.
        prior: The prior of the log hyperparameters.
        max_iterations: Largest number of iterations of each start.

    Returns:
        The hyperparameters.

    Raises:
        ValueError: If the shapes disagree or something is not finite.
    """
    _check_data(terms, values, prior)
    mean = prior.mean
    lower, upper = mean - _BOUND * prior.std, mean + _BOUND * prior.std
    lower[-1], upper[-1] = np.log(_NOISE_BOUNDS)
    objective = map_objective(terms, values, prior)
    best, least = mean, math.inf
    for log_noise in (mean[-1], math.log(_MUCH_NOISE)):
        start = np.append(mean[:-1], log_noise)
        try:
            found, value = _minimum(objective, start, lower, upper, max_iterations)
        except np.linalg.LinAlgError:
            continue
        if value < least:
            best, least = found, value
    return KernelParameters.from_log(best, prior.sizes)


def _minimum(
    objective: Objective,
    start: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    max_iterations: int,
) -> tuple[NDArray[np.float64], float]:
    """A local minimum within bounds, and its value, by L-BFGS.

    Beyond a bound the objective is its value at the bound plus a penalty that leads back. (SciPy's
    L-BFGS-B handles bounds, but uses all threads of its BLAS for steps of a few microseconds; see
    `optuna_nasbot.gp.linear_algebra`.)
    """
    # Imported here because torch is slow to import, and most processes never fit.
    import torch

    # A user may ask for a network in torch's inference mode or with another default device.
    # (Setting the device even if it is already right would make each step slower.)
    on_cpu = nullcontext() if torch.empty(0).device.type == "cpu" else torch.device("cpu")
    with torch.inference_mode(False), on_cpu:
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


def _check_data(terms: Dissimilarities, values: NDArray[np.float64], prior: Prior) -> None:
    n = values.size
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(
            f"values must be a vector of finite numbers, got {values}; clip infinite values and "
            "leave out NaN first."
        )
    shapes = [[view.shape for view in views] for views in terms]
    sizes = tuple(sum(len(view) for view in views) for views in terms)
    if sizes != prior.sizes or any(shape[1:] != (n, n) for each in shapes for shape in each):
        raise ValueError(
            f"terms must have views of shapes (k, {n}, {n}) for the {n} values, with the sums "
            f"{prior.sizes} of k for each term as in prior, got shapes {shapes}."
        )
    if not all(np.isfinite(view).all() for views in terms for view in views):
        raise ValueError("terms must be finite, got NaN or infinite dissimilarities.")
