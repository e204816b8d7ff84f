"""Ordinary parameters: their values as numbers on [0, 1], and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

_N_QUANTILES = 1000
_ROUNDING = 1e-6
"""Numbers that differ by less than this share of a grid's step stand for the same value."""


@dataclass(frozen=True)
class Parameter:
    """A parameter that the search varies.

    Args:
        distribution: Its distribution, of at least two values.
    """

    distribution: BaseDistribution

    @cached_property
    def is_category(self) -> bool:
        """Whether its values are categories rather than numbers."""
        return isinstance(self.distribution, CategoricalDistribution)

    @cached_property
    def mean_difference(self) -> float:
        """The mean dissimilarity of two values that are drawn from the distribution.

        That of numbers is the squared difference on the scale [0, 1], that of categories 0 or 1.
        """
        if isinstance(self.distribution, CategoricalDistribution):
            return 1.0 - 1.0 / len(self.distribution.choices)
        quantiles = (np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES
        return 2.0 * float(np.var([self.scaled(self.value(each)) for each in quantiles]))

    def holds(self, value: Any) -> bool:
        """Whether a value is one of the distribution."""
        if isinstance(self.distribution, CategoricalDistribution):
            try:
                self.distribution.to_internal_repr(value)
            except (TypeError, ValueError):
                return False
            return True
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        return is_number and bool(self._numeric.low <= value <= self._numeric.high)

    def stored(self, value: Any) -> Any:
        """A value of the distribution as trials have it: 0.1 for NumPy's 0.1, 1.0 for 1.

        Numbers that stand for the same value of a grid, such as 0.45 and 3 * 0.15, become equal.
        """
        kept = self.distribution.to_external_repr(self.distribution.to_internal_repr(value))
        if isinstance(self.distribution, FloatDistribution) and self.distribution.step is not None:
            on_grid = self._on_grid(self._position(kept))
            if abs(on_grid - kept) < _ROUNDING * self.distribution.step:
                return on_grid
        return kept

    def scaled(self, value: Any) -> float:
        """The value as a number on [0, 1]; of a category, its position."""
        if self.is_category:
            return float(self.distribution.to_internal_repr(value))
        low, high = self._bounds
        return (self._on_line(float(value)) - low) / (high - low)

    def value(self, scaled: float) -> Any:
        """The value that a number on [0, 1] stands for.

        Numbers that are uniform on [0, 1] give values that have the distribution.
        """
        if isinstance(self.distribution, CategoricalDistribution):
            choices = self.distribution.choices
            return choices[min(int(scaled * len(choices)), len(choices) - 1)]
        distribution = self._numeric
        low, high = self._bounds
        position = low + (high - low) * min(max(scaled, 0.0), 1.0)
        number = math.exp(position) if distribution.log else position
        if distribution.step is not None:
            return self._on_grid(round((number - distribution.low) / distribution.step))
        return min(max(number, distribution.low), distribution.high)

    def drawn(self, rng: np.random.Generator) -> Any:
        """A random value of the distribution."""
        return self.value(rng.random())

    def moved(self, value: Any, step: float) -> Any:
        """A number after a step on the scale [0, 1]: a value different from the given one.

        A step that is too short for a grid leads to the next value in its direction, and one that
        would leave the range goes the other way.
        """
        scaled = self.scaled(value)
        moved = self.value(scaled + step)
        if self._numeric.step is None:
            return self.value(scaled - step) if moved == value else moved
        here, there = self._position(value), self._position(moved)
        if there == here:
            there += 1 if step > 0 else -1
        if not 0 <= there <= self._last:
            there = 2 * here - there
        return self._on_grid(there)

    def other_choice(self, value: Any, rng: np.random.Generator) -> Any:
        """A random category other than this one."""
        assert isinstance(self.distribution, CategoricalDistribution)
        choices = self.distribution.choices
        position = int(self.distribution.to_internal_repr(value))
        return choices[(position + 1 + int(rng.integers(len(choices) - 1))) % len(choices)]

    @cached_property
    def _numeric(self) -> FloatDistribution | IntDistribution:
        assert isinstance(self.distribution, FloatDistribution | IntDistribution)
        return self.distribution

    @cached_property
    def _last(self) -> int:
        """The position of the highest value of a grid."""
        return self._position(self._numeric.high)

    def _position(self, value: float) -> int:
        """The position of a value on a grid, 0 for the lowest."""
        distribution = self._numeric
        assert distribution.step is not None
        if isinstance(distribution, IntDistribution):
            return int(value - distribution.low) // distribution.step  # of any size
        return round((value - distribution.low) / distribution.step)

    def _on_grid(self, position: int) -> float:
        """The value at a position of a grid; positions beyond its ends give the ends."""
        distribution = self._numeric
        assert distribution.step is not None
        return distribution.low + min(max(position, 0), self._last) * distribution.step

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        """The ends of the scale. Values of a grid are the middles of equal parts of it."""
        margin = 0.5 * (self._numeric.step or 0.0)
        return self._on_line(self._numeric.low - margin), self._on_line(
            self._numeric.high + margin
        )

    def _on_line(self, number: float) -> float:
        return math.log(number) if self._numeric.log else number
