"""Upper confidence bound, for maximisation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def upper_confidence_bound(
    mean: NDArray[np.float64], std: NDArray[np.float64], beta: float = 4.0
) -> NDArray[np.float64]:
    """GP-UCB, ``mean + beta^(1/2) std``.

    The acquisition of the NASBOT paper, after Srinivas et al. 2010. Theory lets beta_t grow like
    ``d log t`` with the dimension d of the space, which a space of graphs does not have. The
    default is a constant, two standard deviations.

    Args:
        mean: Posterior means, shape ``(m,)``.
        std: Posterior standard deviations, shape ``(m,)``.
        beta: Squared number of standard deviations, not negative.

    Returns:
        Upper confidence bounds, shape ``(m,)``.

    Raises:
        ValueError: ``beta`` is negative or NaN.
    """
    if not beta >= 0:
        raise ValueError(f"beta: expected at least 0, got {beta}.")
    return np.asarray(mean + np.sqrt(beta) * std)
