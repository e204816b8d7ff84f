"""Expected improvement and its logarithm, for maximisation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def log_expected_improvement(
    mean: NDArray[np.float64], std: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    """Logarithm of the expected improvement ``E[max(f - best, 0)]`` for ``f ~ N(mean, std^2)``.

    With ``z = (mean - best) / std`` the expected improvement is ``std h(z)``,
    ``h(z) = phi(z) + z Phi(z)`` (Jones et al. 1998). Its logarithm still tells candidates apart
    where the improvement itself underflows (Ament et al. 2023, "Unexpected Improvements to
    Expected Improvement").

    Args:
        mean: Posterior means, shape ``(m,)``.
        std: Posterior standard deviations, shape ``(m,)``; 0 for what is known.
        best: Largest value so far, on the scale of ``mean``.

    Returns:
        Log expected improvements, shape ``(m,)``, finite for finite arguments; of what is known
        ``log(max(mean - best, 0))``, which may be ``-inf``.

    Raises:
        ValueError: A standard deviation is negative or NaN.
    """
    if not np.all(std >= 0):
        raise ValueError(f"std: expected no negative numbers and no NaN, got {std}.")
    is_known = std == 0
    with np.errstate(over="ignore", divide="ignore"):
        known = np.log(np.maximum(mean - best, 0.0))
        z = (mean - best) / np.where(is_known, 1.0, std)
        # Far beyond any posterior, and still without overflow in _log_h.
        return np.where(is_known, known, np.log(std) + _log_h(np.clip(z, -1e50, 1e150)))


def expected_improvement(
    mean: NDArray[np.float64], std: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    """Expected improvement ``E[max(f - best, 0)]`` for ``f ~ N(mean, std^2)``.

    Args:
        mean: Posterior means, shape ``(m,)``.
        std: Posterior standard deviations, shape ``(m,)``; 0 for what is known.
        best: Largest value so far, on the scale of ``mean``.

    Returns:
        Expected improvements, shape ``(m,)``; 0 where they underflow.

    Raises:
        ValueError: A standard deviation is negative or NaN.
    """
    return np.asarray(np.exp(log_expected_improvement(mean, std, best)))


def _log_h(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of ``h(z) = phi(z) + z Phi(z)``.

    For z < 0 the two terms cancel and then underflow, so phi is taken out: ``h / phi`` is
    ``1 - |z| (pi / 2)^(1/2) erfcx(|z| / 2^(1/2))``, and in the far tail, where this difference
    cancels too, it is ``U(1, 1/2, z^2 / 2) / 2`` with Tricomi's function U (DLMF section 12.7;
    near 0 scipy's U is less accurate than the difference).
    """
    from scipy.special import erfcx  # Imported here because scipy is slow to import.
    from scipy.special import hyperu
    from scipy.special import ndtr

    log_density = -0.5 * np.square(z) - 0.5 * math.log(2 * math.pi)
    result = np.empty_like(z)
    centre, far = z >= 0, z < -10
    near = ~(centre | far)
    result[centre] = np.log(np.exp(log_density[centre]) + z[centre] * ndtr(z[centre]))
    result[near] = np.log1p(z[near] * math.sqrt(math.pi / 2) * erfcx(-z[near] / math.sqrt(2)))
    result[far] = np.log(0.5 * hyperu(1.0, 0.5, 0.5 * np.square(z[far])))
    return np.where(centre, result, log_density + result)
