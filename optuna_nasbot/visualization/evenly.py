"""Some of many, evenly taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def evenly(n: int, at_most: int) -> NDArray[np.intp]:
    """At most so many of n positions, evenly spaced, the first and the last among them."""
    return np.linspace(0, n - 1, min(n, at_most)).astype(np.intp)
