"""Searches in studies that have trials already, to be gone on with one trial at a time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from numpy.typing import NDArray
from objectives import synthetic_value
from optuna.distributions import FloatDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial
from timing import Time
from timing import timed

from optuna_nasbot import Architecture
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.acquisition.criterion import Criterion
from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.architecture_sampler import Suggestion
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials.configuration import Configuration

_FLOATS = {f"x{index}": FloatDistribution(0.0, 1.0) for index in range(10)}


class CountingSampler(NASBOTSampler):
    """NASBOTSampler that counts the candidates it scores; of a given budget."""

    def __init__(self, *, seed: int, budget: SearchBudget) -> None:
        super().__init__(seed=seed)
        self._budget = budget
        self.n_scored = 0

    def choose(self, request: TrialRequest) -> Suggestion:
        self.n_scored = 0
        return super().choose(request)

    def _acquisition_of(self, predicted: Predictions, rng: np.random.Generator) -> Criterion:
        acquisition = super()._acquisition_of(predicted, rng)

        def scored(candidates: Sequence[Configuration]) -> NDArray[np.float64]:
            self.n_scored += len(candidates)
            return acquisition(candidates)

        return scored


def budget_for(n_candidates: int) -> SearchBudget:
    """A budget with at least so many different candidates, as a rule."""
    return SearchBudget(
        n_incumbents=10,
        max_neighbours=n_candidates // 25,
        n_children=2 * n_candidates // 5,
        n_generations=2,
        generation_size=n_candidates // 6,
    )


@dataclass(frozen=True)
class Search:
    """A study that goes on.

    Args:
        study: The study, with its sampler.
        suggest: Asks it for a trial with all that the objective wants.
        evaluate: The objective.
    """

    study: Study
    suggest: Callable[[], Trial]
    evaluate: Callable[[Trial], float]

    def step(self) -> Time:
        """Make one trial more.

        Returns:
            How long the suggestion took.
        """
        trials: list[Trial] = []
        time = timed(lambda: trials.append(self.suggest()))
        self.study.tell(trials[0], self.evaluate(trials[0]))
        return time


def architecture_search(
    sampler: BaseSampler, space: ArchitectureSpace, networks: Sequence[Architecture]
) -> Search:
    """A search for a network, with a finished trial for each of the given ones."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials(
        [create_architecture_trial({"net": n}, value=synthetic_value(n)) for n in networks]
    )

    def suggest() -> Trial:
        trial = study.ask()
        suggest_architecture(trial, "net", space)
        return trial

    return Search(study, suggest, lambda trial: synthetic_value(get_architecture(trial, "net")))


def float_search(sampler: BaseSampler, n: int) -> Search:
    """A search for ten numbers, with n finished trials at random places."""
    study = optuna.create_study(direction="maximize", sampler=sampler)
    points = np.random.default_rng(0).random((n, len(_FLOATS)))
    for point in points.tolist():
        params = dict(zip(_FLOATS, point, strict=True))
        study.add_trial(
            optuna.create_trial(
                params=params, distributions=dict(_FLOATS), value=_paraboloid(params)
            )
        )
    return Search(study, lambda: study.ask(dict(_FLOATS)), lambda trial: _paraboloid(trial.params))


def _paraboloid(params: dict[str, float]) -> float:
    return -sum((value - 0.3) ** 2 for value in params.values())
