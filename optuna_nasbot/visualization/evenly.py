"""Evenly spaced positions in a list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def evenly(n: int, at_most: int) -> NDArray[np.intp]:
    """At most `at_most` of n positions, evenly spaced, the first and the last included."""
    return np.linspace(0, n - 1, min(n, at_most)).astype(np.intp)
