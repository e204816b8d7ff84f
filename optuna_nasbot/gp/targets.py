"""What the Gaussian process models of observed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.warping import warp

Transform = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function from values, shape (n,), to numbers with variance about 1 in their place."""


@dataclass(frozen=True, eq=False)
class Targets:
    """The values of the observations of a study, as the process models them.

    Args:
        values: Finite values in the order of the observations, larger is better, shape (n,).
        transform: Maps values to targets: `warp` for an objective.
    """

    values: NDArray[np.float64]
    transform: Transform = warp

    @cached_property
    def all(self) -> NDArray[np.float64]:
        """The targets, shape (n,)."""
        return self.transform(self.values)

    def of_earliest(self, n: int) -> NDArray[np.float64]:
        """What the targets were when there were n observations, shape (n,)."""
        return self.transform(self.values[:n])
