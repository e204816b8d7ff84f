"""What a search has evaluated, with and without noise."""

from __future__ import annotations

import numpy as np
from problem import Problem

from optuna_nasbot import Architecture


class EvaluationFailed(Exception):
    """An evaluation has failed by chance."""


class Evaluations:
    """The objective of a search, which remembers its values.

    Args:
        problem: The problem.
        seed: Seed of noise and failures. The n-th evaluation of all searches with this seed has
            the same.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self._problem = problem
        self._noise = np.random.default_rng([seed, 0])
        self._failures = np.random.default_rng([seed, 3])
        self._seen: list[float] = []
        self._true: list[float] = []

    def __len__(self) -> int:
        return len(self._true)

    def __call__(self, network: Architecture | None) -> float:
        """Evaluate a network, or parameters without one; returns what the search may see.

        Raises:
            EvaluationFailed: By chance. The network counts as infinitely bad.
        """
        problem = self._problem
        if self._failures.random() < problem.failure_rate and len(self) >= len(problem.start):
            worst = -np.inf if problem.direction == "maximize" else np.inf
            self._true.append(worst)
            self._seen.append(worst)
            raise EvaluationFailed
        value = problem.impossible_value if network is None else problem.evaluate(network)
        self._true.append(value)
        if problem.observe is None:
            self._seen.append(value + problem.noise_std * self._noise.standard_normal())
        else:
            self._seen.append(problem.observe(network))
        return self._seen[-1]

    def incumbents(self) -> list[float]:
        """After each evaluation the worth of the network with the best value seen."""
        sign = 1.0 if self._problem.direction == "maximize" else -1.0
        seen = sign * np.array(self._seen)
        is_better = seen == np.maximum.accumulate(seen)
        best = np.maximum.accumulate(np.where(is_better, np.arange(len(seen)), 0))
        return [self._true[index] for index in best]
