"""The scale of a parameter in figures: numbers as they are, categories at 0, 1, 2, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.axis_ticks import log_ticks
from optuna_nasbot.visualization.figures.axis_ticks import number_text
from optuna_nasbot.visualization.figures.axis_ticks import ticks

_MOST_CATEGORIES = 8
"""How many categories at most have their name beside the axis."""


@dataclass(frozen=True)
class ParameterScale:
    """The scale of a parameter.

    Attributes:
        parameter: The parameter.
        low: The lower end of its range.
        high: The upper end.
        is_log: Whether the scale is logarithmic.
        ticks: Some numbers of the scale, and what stands beside them.
    """

    parameter: Parameter
    low: float
    high: float
    is_log: bool
    ticks: tuple[tuple[float, str], ...]

    def number(self, value: Any) -> float:
        """Where a value is on the scale."""
        return self.parameter.scaled(value) if self.parameter.is_category else float(value)


def parameter_scale(parameter: Parameter) -> ParameterScale:
    """The scale of a parameter, logarithmic if its distribution is."""
    distribution = parameter.distribution
    if isinstance(distribution, CategoricalDistribution):
        n = len(distribution.choices)
        named = range(0, n, -(-n // _MOST_CATEGORIES))
        names = tuple((float(i), str(distribution.choices[i])) for i in named)
        return ParameterScale(parameter, 0.0, n - 1.0, False, names)
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    is_whole = isinstance(distribution, IntDistribution)
    numbers = log_ticks(low, high) if distribution.log else ticks(low, high, whole=is_whole)
    texts = tuple((number, number_text(number)) for number in numbers)
    return ParameterScale(parameter, low, high, distribution.log, texts)
