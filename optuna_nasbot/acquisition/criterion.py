"""From a surrogate to what the evolutionary search maximises."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.acquisition.expected_improvement import log_expected_improvement
from optuna_nasbot.acquisition.thompson_sampling import thompson_sample
from optuna_nasbot.acquisition.upper_confidence_bound import upper_confidence_bound
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.trials.configuration import Configuration

AcquisitionName = Literal["log_ei", "ucb", "ts"]
Criterion = Callable[[Sequence[Configuration]], NDArray[np.float64]]


def criterion(
    name: AcquisitionName, surrogate: Surrogate, best: float, rng: np.random.Generator
) -> Criterion:
    """The acquisition function of a name.

    Args:
        name: `"log_ei"`, `"ucb"` or `"ts"` (Thompson sampling).
        surrogate: The Gaussian process.
        best: The largest target so far, over which the improvement is: over the largest posterior
            mean, which noise would speak for, searches without noise found no more, and less in
            one of two samples of seeds (benchmarks/README.md).
        rng: Source of randomness of Thompson sampling.

    Returns:
        A function from m configurations to m acquisition values, larger is better.
    """
    if name == "log_ei":
        return lambda candidates: log_expected_improvement(*surrogate.predict(candidates), best)
    if name == "ucb":
        return lambda candidates: upper_confidence_bound(*surrogate.predict(candidates))
    return _ThompsonSample(surrogate, rng)


class _ThompsonSample:
    """One draw of the posterior that stays the same draw from call to call.

    What was drawn before enters the surrogate as known.
    """

    def __init__(self, surrogate: Surrogate, rng: np.random.Generator) -> None:
        self._surrogate = surrogate
        self._rng = rng

    def __call__(self, candidates: Sequence[Configuration]) -> NDArray[np.float64]:
        drawn = thompson_sample(*self._surrogate.predict_jointly(candidates), self._rng)
        self._surrogate = self._surrogate.given(candidates, drawn)
        return drawn
