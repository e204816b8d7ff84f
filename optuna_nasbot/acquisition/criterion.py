"""From surrogates to what the evolutionary search maximises."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.acquisition.expected_improvement import log_expected_improvement
from optuna_nasbot.acquisition.feasibility import log_probability_of_feasibility
from optuna_nasbot.acquisition.hypervolume import free_boxes
from optuna_nasbot.acquisition.hypervolume import log_expected_hypervolume_improvement
from optuna_nasbot.acquisition.thompson_sampling import thompson_sample
from optuna_nasbot.acquisition.upper_confidence_bound import upper_confidence_bound
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.fitness import is_non_dominated

AcquisitionName = Literal["log_ei", "ucb", "ts"]
Criterion = Callable[[Sequence[Configuration]], NDArray[np.float64]]

_FEASIBILITY = 2.0
"""The power of the probability of feasibility. Expected improvements, which are over the best that
satisfies the constraints, are largest for what breaks them: the power makes up for that."""
_IMPOSSIBLE = -1e9
"""Below all logarithms of improvements and probabilities that are not 0."""


class Predictor(Protocol):
    """What predicts an objective or a constraint."""

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation for m candidates, each of shape (m,)."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What is predicted of the objectives and constraints of a study.

    Args:
        objectives: Predict the k objectives; larger is better.
        constraints: Predict the q constraints; larger is better.
        limits: The least values that satisfy the constraints, shape (q,).
        front: The targets of the n observations that satisfy all constraints, shape (n, k).
        reference: The point from which the volume that they dominate is measured, shape (k,).
    """

    objectives: Sequence[Predictor]
    constraints: Sequence[Predictor]
    limits: NDArray[np.float64]
    front: NDArray[np.float64]
    reference: NDArray[np.float64]


def criterion(
    name: AcquisitionName, predicted: Predictions, rng: np.random.Generator
) -> Criterion:
    """The acquisition function of a name.

    Args:
        name: `"log_ei"` is the logarithm of the expected improvement: for one objective, over the
            largest target; for several, of the dominated volume. The logarithm of the squared
            probability that all constraints are satisfied is added. `"ucb"` uses upper confidence
            bounds of the objectives and means of the constraints in place of the predictions,
            `"ts"` (Thompson sampling) a draw from the posterior.
        predicted: What is predicted, and what was observed. Until an observation satisfies all
            constraints, only they count. (With noise, an improvement over the largest posterior
            mean would make sense. Without noise, searches with it were no better than with the
            largest target, and worse in one of two samples of seeds.)
        rng: Source of randomness of Thompson sampling.

    Returns:
        A function from m configurations to m acquisition values, larger is better.
    """
    objectives = [_seen_as(name, each, rng) for each in predicted.objectives]
    constraints = [
        _Mean(each) if name == "ucb" else _seen_as(name, each, rng)
        for each in predicted.constraints
    ]
    merit = _merit(name, predicted.front, predicted.reference)

    def acquisition(candidates: Sequence[Configuration]) -> NDArray[np.float64]:
        values = np.zeros(len(candidates))
        if len(predicted.front):
            values = merit(*_stacked(objectives, candidates))
        if not constraints:
            return np.maximum(values, _IMPOSSIBLE)
        mean, std = _stacked(constraints, candidates)
        margins = mean - predicted.limits
        values = values + _FEASIBILITY * log_probability_of_feasibility(margins, std)
        violation = np.maximum(-margins, 0.0).sum(axis=1)
        return np.where(values > _IMPOSSIBLE, values, _IMPOSSIBLE * (1.0 + violation))

    return acquisition


def _merit(
    name: AcquisitionName, front: NDArray[np.float64], reference: NDArray[np.float64]
) -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """What means and standard deviations of the objectives, each of shape (m, k), are worth."""
    if len(reference) > 1:
        lower, upper = free_boxes(front[is_non_dominated(front)], reference)
        return lambda mean, std: log_expected_hypervolume_improvement(mean, std, lower, upper)
    if name == "log_ei":
        best = front.max(initial=-np.inf)
        return lambda mean, std: log_expected_improvement(mean[:, 0], std[:, 0], best)
    return lambda mean, std: mean[:, 0]


def _stacked(
    predictors: Sequence[Predictor], candidates: Sequence[Configuration]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means and standard deviations for m candidates, each of shape (m, number of predictors)."""
    means, stds = zip(*(each.predict(candidates) for each in predictors), strict=True)
    return np.column_stack(means), np.column_stack(stds)


def _seen_as(name: AcquisitionName, predictor: Predictor, rng: np.random.Generator) -> Predictor:
    """A predictor as an acquisition function sees it."""
    if name == "log_ei" or not isinstance(predictor, Surrogate):
        return predictor
    return _UpperBound(predictor) if name == "ucb" else _Draw(predictor, rng)


@dataclass(frozen=True, eq=False)
class _UpperBound:
    """The upper confidence bound, as if it were known."""

    surrogate: Surrogate

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        bound = upper_confidence_bound(*self.surrogate.predict(candidates))
        return bound, np.zeros(len(bound))


@dataclass(frozen=True, eq=False)
class _Mean:
    """The mean, as if it were known."""

    predictor: Predictor

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean, _ = self.predictor.predict(candidates)
        return mean, np.zeros(len(mean))


class _Draw:
    """One draw of the posterior that stays the same draw from call to call.

    What was drawn before enters the surrogate as known.
    """

    def __init__(self, surrogate: Surrogate, rng: np.random.Generator) -> None:
        self._surrogate = surrogate
        self._rng = rng

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        drawn = thompson_sample(*self._surrogate.predict_jointly(candidates), self._rng)
        self._surrogate = self._surrogate.given(candidates, drawn)
        return drawn, np.zeros(len(drawn))
