"""How likely a candidate satisfies all constraints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def log_probability_of_feasibility(
    mean: NDArray[np.float64], std: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logarithm of the probability that none of k independent normal variables is negative.

    ``sum_i log Phi(mean_i / std_i)`` (Gardner et al. 2014, "Bayesian optimization with inequality
    constraints").

    Args:
        mean: Posterior means, shape ``(m, k)``.
        std: Posterior standard deviations, shape ``(m, k)``; 0 for what is known.

    Returns:
        Log probabilities, shape ``(m,)``; ``-inf`` where what is known is below 0.
    """
    from scipy.special import log_ndtr  # Imported here because scipy is slow to import.

    known = np.where(mean >= 0, np.inf, -np.inf)
    z = np.where(std > 0, mean / np.where(std > 0, std, 1.0), known)
    return np.asarray(log_ndtr(z).sum(axis=1))
