"""Objectives and constraints that are functions of the networks, known before they are trained."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.trials.configuration import Configuration

Scale = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Known:
    """Predicts what is known.

    Args:
        value: Gives the value of a configuration.
        scale: Maps values to those of the models, larger is better.
    """

    value: Callable[[Configuration], float]
    scale: Scale

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What candidates are known to have, and deviations of 0, each of shape (m,)."""
        values = np.array([self.value(each) for each in candidates])
        return self.scale(values), np.zeros(len(values))
