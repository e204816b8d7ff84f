"""The area that the points of two objectives dominate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def area(points: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """The area up to a reference point that points dominate, where smaller is better.

    Args:
        points: n points, shape (n, 2). What is beyond the reference point dominates nothing.
        reference: The reference point, shape (2,).
    """
    order = np.lexsort((points[:, 1], points[:, 0]))
    starts, heights = np.minimum(points[order], reference).T
    widths = np.diff(np.append(starts, reference[0]))
    return float((widths * (reference[1] - np.minimum.accumulate(heights))).sum())
