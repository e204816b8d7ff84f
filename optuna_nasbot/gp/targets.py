"""Observed values, transformed to what the Gaussian process models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.warping import warp

Transform = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function from values, shape (n,), to targets of variance about 1, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Targets:
    """The values of the observations of a study, as the process models them.

    Args:
        values: Finite values in the order of the observations, larger is better, shape (n,).
        transform: Maps values to targets, by default `warp`, the normal scores of the ranks.
    """

    values: NDArray[np.float64]
    transform: Transform = warp

    @cached_property
    def all(self) -> NDArray[np.float64]:
        """The targets, shape (n,)."""
        return self.transform(self.values)

    def of_earliest(self, n: int) -> NDArray[np.float64]:
        """The targets of the first n observations, as if there were no others, shape (n,)."""
        return self.transform(self.values[:n])

    def targets_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The targets that values would have, larger is better, shape (m,).

        Between two neighbouring observations they are interpolated. Beyond the worst and the best
        they are extrapolated with the slope between these two.
        """
        known, first = np.unique(self.values, return_index=True)
        targets = self.all[first]
        between = np.interp(values, known, targets)
        beyond = values - np.clip(values, known[0], known[-1])
        width = known[-1] - known[0]
        slope = (targets[-1] - targets[0]) / width if width > 0 else 1.0
        return np.asarray(between + slope * beyond)

    def values_of(self, targets: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values that correspond to numbers on the scale of the targets.

        Between two neighbouring observations the values are interpolated, linearly in the targets.
        Beyond the worst and the best observation they are the worst and the best value, since
        ranks tell no more.

        Args:
            targets: Numbers on the scale of the targets, shape (m,).

        Returns:
            Values, larger is better, shape (m,).
        """
        known, first = np.unique(self.all, return_index=True)
        values = self.values[first]
        position = np.interp(targets, known, np.arange(len(known)))
        below, above = np.floor(position).astype(np.intp), np.ceil(position).astype(np.intp)
        share = position - below
        # `np.interp` takes differences of values, which may overflow.
        return np.asarray((1.0 - share) * values[below] + share * values[above])
