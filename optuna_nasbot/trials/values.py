"""What finished trials are worth to the model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from statistics import median_low

import numpy as np
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState


def has_value(trial: FrozenTrial) -> bool:
    """Whether a trial has ended with a value."""
    return trial.state.is_finished() and not has_failed(trial)


def has_failed(trial: FrozenTrial) -> bool:
    """Whether a trial has ended without a value, or without one of several."""
    is_without = trial.values is None or any(math.isnan(value) for value in trial.values)
    return trial.state.is_finished() and is_without


def observed_values(
    trials: Sequence[FrozenTrial], directions: Sequence[StudyDirection]
) -> NDArray[np.float64]:
    """The values of trials as finite numbers, larger is better.

    A pruned trial has the value that it reported last. If that was earlier than the last report
    of half of the completed trials, it counts at most as much as their median (the lower one of
    two): an early value may flatter, and no pruned network should seem better than most that
    were trained to the end.

    Args:
        trials: n trials with values, completed or, of one objective, pruned.
        directions: The directions of the k objectives of their study.

    Returns:
        The values, shape (n, k). Infinite ones are clipped to the range of the others, with a
        warning.
    """
    columns = []
    for index, direction in enumerate(directions):
        sign = 1.0 if direction == StudyDirection.MAXIMIZE else -1.0
        values = _clipped(sign * np.array([trial.values[index] for trial in trials], dtype=float))
        columns.append(_bounded_where_pruned(values, trials))
    return np.column_stack(columns)


def _bounded_where_pruned(
    values: NDArray[np.float64], trials: Sequence[FrozenTrial]
) -> NDArray[np.float64]:
    """Values of trials, those of trials that were pruned early at most the median."""
    is_complete = np.array([trial.state == TrialState.COMPLETE for trial in trials], dtype=bool)
    if not is_complete.any():
        return values
    ends = [trial.last_step for trial in trials if trial.state == TrialState.COMPLETE]
    reported = [end for end in ends if end is not None]
    usual_end = median_low(reported) if reported else np.inf  # steps are whole numbers of any size
    is_early = [trial.last_step is None or trial.last_step < usual_end for trial in trials]
    # One of the values, since the mean of two may overflow.
    median = np.quantile(values[is_complete], 0.5, method="lower")
    most = np.where(~is_complete & is_early, median, np.inf)
    return np.minimum(values, most)


def _clipped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with infinities clipped to the finite range, with a warning."""
    finite = np.isfinite(values)
    if finite.all():
        return values
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (-1.0, 1.0)
    warnings.warn(
        "Infinite objective values are clipped to the range of the finite ones.", stacklevel=2
    )
    return np.clip(values, low, high)
