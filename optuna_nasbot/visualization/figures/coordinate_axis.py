"""An axis of parallel coordinates: where values are along it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.axis_ticks import log_ticks
from optuna_nasbot.visualization.figures.axis_ticks import number_text
from optuna_nasbot.visualization.figures.axis_ticks import ticks
from optuna_nasbot.visualization.trial_facts import value_text

_MOST_CATEGORIES = 8
"""That have a name beside the axis."""


@dataclass(frozen=True, eq=False)
class CoordinateAxis:
    """An axis with n values.

    Attributes:
        name: What it shows.
        places: Where the values are, from 0 at its lower end to 1, shape (n,); NaN where there is
            none.
        texts: The values as texts.
        ticks: Places along the axis, and what stands beside them.
    """

    name: str
    places: NDArray[np.float64]
    texts: tuple[str, ...]
    ticks: Sequence[tuple[float, str]]


def number_axis(name: str, values: NDArray[np.float64], *, log: bool = False) -> CoordinateAxis:
    """An axis from the least to the largest of some numbers; far outliers are at its ends.

    Args:
        name: What they are.
        values: Finite numbers, at least one, shape (n,).
        log: Whether the axis is logarithmic where all of them are positive.
    """
    log = log and bool((values > 0).all())
    line = np.log10(values) if log else values
    low, high = axis_range(line) or (float(line.min()), float(line.max()))
    if low == high:
        low, high = low - 1.0, high + 1.0
    low, high = (10.0**low, 10.0**high) if log else (low, high)
    scale = _Scale(low, high, log, whole=bool((values == np.rint(values)).all()))
    texts = tuple(map(value_text, values.tolist()))
    return CoordinateAxis(name, scale.places(values), texts, scale.ticks)


def parameter_axis(
    name: str, parameter: Parameter, configurations: Sequence[Configuration]
) -> CoordinateAxis:
    """An axis with the whole range of a parameter, logarithmic if its distribution is.

    Args:
        name: Its name.
        parameter: The parameter.
        configurations: The n configurations. Some may lack it.
    """
    has_value = np.array([name in each.parameters for each in configurations])
    values = [each.parameters[name] for each in configurations if name in each.parameters]
    places = np.full(len(configurations), np.nan)
    distribution = parameter.distribution
    if isinstance(distribution, CategoricalDistribution):
        last = len(distribution.choices) - 1
        places[has_value] = [parameter.scaled(value) / last for value in values]
        named = range(0, last + 1, -(-(last + 1) // _MOST_CATEGORIES))
        marks = [(i / last, str(distribution.choices[i])) for i in named]
    else:
        assert isinstance(distribution, FloatDistribution | IntDistribution)
        is_whole = isinstance(distribution, IntDistribution)
        scale = _Scale(distribution.low, distribution.high, distribution.log, is_whole)
        places[has_value] = scale.places(np.array(values, dtype=float))
        marks = scale.ticks
    texts = np.full(len(configurations), "missing", dtype=object)
    texts[has_value] = [*map(value_text, values)]
    return CoordinateAxis(name, places, tuple(texts), marks)


@dataclass(frozen=True)
class _Scale:
    """A scale of numbers.

    Args:
        low: Its lower end, positive if it is logarithmic.
        high: Its upper end, larger.
        log: Whether it is logarithmic.
        whole: Whether there are only whole numbers on it.
    """

    low: float
    high: float
    log: bool
    whole: bool

    def places(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where numbers are between its ends, at 0 and 1; those beyond are at the ends."""
        low, high, line = (
            # Halves, since the difference of two large numbers may overflow.
            0.5 * (np.log10(each) if self.log else np.asarray(each))
            for each in (self.low, self.high, numbers)
        )
        return np.clip((line - low) / (high - low), 0.0, 1.0)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Places of round numbers, and their texts."""
        if self.log:
            numbers = log_ticks(self.low, self.high)
        else:
            numbers = ticks(self.low, self.high, whole=self.whole)
        places = self.places(np.array(numbers))
        return [(place, number_text(each)) for place, each in zip(places, numbers, strict=True)]
