"""Axes on which a few outliers don't hide the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_N_SPREADS = 6.0
_LEAST_SHARE = 0.1


def axis_range(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The range of all values but far outliers, where these would take most of an axis.

    Far outliers lie more than six interquartile ranges outside the quartiles, twice as far as the
    outer fences of Tukey ("Exploratory Data Analysis", 1977).

    Args:
        values: Finite numbers, shape (n,).

    Returns:
        Least and largest value that is no far outlier; None where these values have a tenth of
        the range of all or more, or where most values are equal, so that no spread is defined.
    """
    if len(values) == 0:
        return None
    # Values and not means of two, which may overflow.
    low, high = np.quantile(values, [0.25, 0.75], method="nearest")
    with np.errstate(over="ignore"):
        margin = _N_SPREADS * (high - low)
        inside = values[(values >= low - margin) & (values <= high + margin)]
        squeezed = np.ptp(inside) < _LEAST_SHARE * np.ptp(values)
    if margin == 0 or not squeezed:
        return None
    return float(inside.min()), float(inside.max())
