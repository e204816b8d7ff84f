"""Axes on which a few outliers don't hide the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_N_SPREADS = 6.0


def axis_range(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The range of all values that are no far outliers.

    Far outliers lie more than six interquartile ranges outside the quartiles, twice as far as the
    outer fences of Tukey ("Exploratory Data Analysis", 1977): only those that would squeeze the
    other values into a small part of the axis.

    Args:
        values: Finite numbers, shape (n,).

    Returns:
        Least and largest such value; None where there are no far outliers, or where more than
        half of the values are equal, so that no spread is defined.
    """
    if len(values) == 0:
        return None
    # Values and not means of two, which may overflow.
    low, high = np.quantile(values, [0.25, 0.75], method="nearest")
    with np.errstate(over="ignore"):
        margin = _N_SPREADS * (high - low)
        inside = values[(values >= low - margin) & (values <= high + margin)]
    if margin == 0 or len(inside) == len(values):
        return None
    return float(inside.min()), float(inside.max())
