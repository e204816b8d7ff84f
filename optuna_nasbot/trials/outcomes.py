"""What finished trials led to: their values and constraints, and which of them are better."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.fitness import fitness
from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.trials.values import observed_values

LARGEST_CONSTRAINT = 1e150
"""Constraints are clipped to this size, so that what is computed from them stays finite. They may
be infinite, for instance where one can't be computed."""

_LEAST_VIOLATION = 1e-150


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The outcomes of n trials that have values; made by `outcomes_of`.

    Attributes:
        values: Their values of k objectives, finite, larger is better whatever the directions of
            the study, shape (n, k); see `optuna_nasbot.trials.values.observed_values`.
        signs: 1 for objectives to maximise, -1 for others, shape (k,).
        constraints: Their constraints by name, each of shape (n,), finite. 0 and less satisfy
            one; NaN for a trial that does not have it.
    """

    values: NDArray[np.float64]
    signs: NDArray[np.float64]
    constraints: Mapping[str, NDArray[np.float64]]

    @property
    def is_known_feasible(self) -> NDArray[np.bool_]:
        """Which trials satisfy all constraints that they have, shape (n,).

        As in Optuna, those that only other trials have don't count: one may have been renamed. But
        a trial without any, where others have some, is not known to satisfy them, though Optuna
        5 and `optuna_nasbot.trials.ranking.is_feasible` count it as feasible.
        """
        return np.asarray(self._violations == 0)

    @cached_property
    def fitness(self) -> NDArray[np.float64]:
        """How good the trials are, larger is better, shape (n,)."""
        return fitness(self.values, self._violations)

    @cached_property
    def _violations(self) -> NDArray[np.float64]:
        """How far each trial is from satisfying all constraints, 0 for those that do."""
        total = np.zeros(len(self.values))
        is_without = np.full(len(self.values), bool(self.constraints))
        for each in self.constraints.values():
            violation = np.fmax(each, 0.0)  # 0 where there is none
            is_violated = violation > 0
            if is_violated.any():
                usual = max(float(np.median(violation[is_violated])), _LEAST_VIOLATION)
                total += violation / usual
            is_without &= np.isnan(each)
        return np.where(is_without, np.inf, total)


def outcomes_of(trials: Sequence[FrozenTrial], directions: Sequence[StudyDirection]) -> Outcomes:
    """The outcomes of trials that have values, in a study with these directions."""
    stored = [stored_constraints(trial) for trial in trials]
    names = sorted({name for each in stored for name in each})
    table = np.array([[each.get(name, np.nan) for each in stored] for name in names], dtype=float)
    clipped = np.clip(table, -LARGEST_CONSTRAINT, LARGEST_CONSTRAINT)
    constraints = dict(zip(names, clipped, strict=True))
    signs = np.array([1.0 if each == StudyDirection.MAXIMIZE else -1.0 for each in directions])
    return Outcomes(observed_values(trials, directions), signs, constraints)
