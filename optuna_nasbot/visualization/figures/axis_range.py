"""Ranges of axes on which values can be seen: few outliers don't hide the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_N_SPREADS = 6.0
_LEAST_SHARE = 0.1

_RESOLUTION = 1e-10
_LEAST_RANGE = 1e-290
"""The narrowest range that an axis of plotly can show, relative to its values and absolute. With a
narrower one it draws nothing, or in the wrong place."""


def axis_range(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The range of all values but far outliers, where these would take most of an axis.

    Far outliers lie more than six interquartile ranges outside the quartiles, twice as far as the
    outer fences of Tukey ("Exploratory Data Analysis", 1977). Values that differ by less than an
    axis can show are shown as equal.

    Args:
        values: Finite numbers, shape (n,).

    Returns:
        Least and largest value that is not a far outlier, or a range around values that are as
        good as equal; None where the axis needs no help: the values have a tenth of the range of
        all or more, or most are equal, so that no spread is defined.
    """
    if (around := range_of_equal(values)) is not None:
        return around
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


def range_of_equal(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """A range around values that differ by less than an axis can show.

    Args:
        values: Finite numbers, shape (n,).

    Returns:
        The range, wide enough for an axis; None where the axis needs no help.
    """
    if len(values) == 0:
        return None
    low, high = float(values.min()), float(values.max())
    largest = max(abs(low), abs(high))
    with np.errstate(over="ignore"):
        # plotly shows one value on an axis from 1 less to 1 more.
        spread = np.ptp(values) or 2.0
    if spread > max(_RESOLUTION * largest, _LEAST_RANGE):
        return None
    margin = max(0.1 * largest, _LEAST_RANGE)
    return low - margin, high + margin
