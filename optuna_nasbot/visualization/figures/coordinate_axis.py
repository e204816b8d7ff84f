"""An axis of parallel coordinates: where values are along it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.axis_ticks import log_ticks
from optuna_nasbot.visualization.figures.axis_ticks import number_text
from optuna_nasbot.visualization.figures.axis_ticks import ticks
from optuna_nasbot.visualization.figures.parameter_scale import parameter_scale
from optuna_nasbot.visualization.trial_facts import value_text


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
    texts: Sequence[str]
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
    is_whole = bool((values == np.rint(values)).all())
    numbers = log_ticks(10.0**low, 10.0**high) if log else ticks(low, high, whole=is_whole)
    marks = _places(np.log10(numbers) if log else np.array(numbers), low, high)
    return CoordinateAxis(
        name=name,
        places=_places(line, low, high),
        texts=[value_text(value) for value in values.tolist()],
        ticks=[*zip(marks.tolist(), map(number_text, numbers), strict=True)],
    )


def parameter_axis(
    name: str, parameter: Parameter, configurations: Sequence[Configuration]
) -> CoordinateAxis:
    """An axis with the whole range of a parameter, logarithmic if its distribution is.

    Args:
        name: Its name.
        parameter: The parameter.
        configurations: The n configurations. Some may lack it.
    """
    scale = parameter_scale(parameter)
    numbers = np.array(
        [
            scale.number(each.parameters[name]) if name in each.parameters else np.nan
            for each in configurations
        ]
    )
    marks = np.array([number for number, _ in scale.ticks])
    ends = np.array([scale.low, scale.high])
    if scale.is_log:
        numbers, marks, ends = np.log10(numbers), np.log10(marks), np.log10(ends)
    return CoordinateAxis(
        name=name,
        places=_places(numbers, *ends.tolist()),
        texts=[
            value_text(each.parameters[name]) if name in each.parameters else "missing"
            for each in configurations
        ],
        ticks=[
            (place, text)
            for place, (_, text) in zip(
                _places(marks, *ends.tolist()).tolist(), scale.ticks, strict=True
            )
        ],
    )


def _places(numbers: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Where numbers are between two ends, at 0 and 1; those beyond are at the ends."""
    # Halves, since the difference of two large numbers may overflow.
    return np.clip((0.5 * numbers - 0.5 * low) / (0.5 * high - 0.5 * low), 0.0, 1.0)
