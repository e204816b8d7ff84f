"""What finished trials led to, and which of them are better."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.fitness import front_numbers
from optuna_nasbot.trials.fitness import is_non_dominated
from optuna_nasbot.trials.outcomes import outcomes_of

MAXIMIZE, MINIMIZE = StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE


def trial(*values: float, **constraints: float) -> FrozenTrial:
    stored = {f"constraints:{name}": value for name, value in constraints.items()}
    return optuna.create_trial(values=[*values], system_attrs=stored)


def best_first(fitness: NDArray[np.float64]) -> list[int]:
    return np.argsort(-fitness, kind="stable").tolist()


def test_fitness_of_one_objective_is_its_value() -> None:
    outcomes = outcomes_of([trial(3.0), trial(-1.0), trial(2.0)], [MINIMIZE])
    assert outcomes.fitness.tolist() == [-3.0, 1.0, -2.0]
    assert outcomes.is_known_feasible.all()
    assert outcomes.constraints == {}


def test_trials_that_satisfy_constraints_come_first() -> None:
    trials = [
        trial(9.0, size=2.0),
        trial(1.0, size=0.0),
        trial(2.0, size=-5.0),
        trial(8.0, size=1),
    ]
    outcomes = outcomes_of(trials, [MAXIMIZE])
    assert outcomes.is_known_feasible.tolist() == [False, True, True, False]
    assert best_first(outcomes.fitness) == [2, 1, 3, 0]


def test_violations_of_several_constraints_count_on_their_scales() -> None:
    trials = [trial(0.0, size=1e6, time=0.1), trial(0.0, size=3e6, time=0.0), trial(0.0, size=1e6)]
    outcomes = outcomes_of(trials, [MAXIMIZE])
    # In medians of what is violated: 1 and 1; 3; the last one has only one constraint: 1.
    assert best_first(outcomes.fitness) == [2, 0, 1]
    assert not outcomes.is_known_feasible.any()


def test_constraints_that_only_other_trials_have() -> None:
    trials = [trial(0.0, old=-1.0), trial(0.0, new=-1.0), trial(0.0, new=1.0), trial(0.0)]
    outcomes = outcomes_of(trials, [MAXIMIZE])
    assert outcomes.is_known_feasible.tolist() == [True, True, False, False]
    assert best_first(outcomes.fitness) == [0, 1, 2, 3]


@pytest.mark.parametrize("largest", [np.inf, np.finfo(float).max])
def test_constraints_without_bounds(largest: float) -> None:
    trials = [trial(0.0, size=each) for each in (largest, -largest, 3.0, largest, largest)]
    outcomes = outcomes_of(trials, [MAXIMIZE])
    assert outcomes.is_known_feasible.tolist() == [False, True, False, False, False]
    assert best_first(outcomes.fitness) == [1, 2, 0, 3, 4]
    assert np.isfinite(outcomes.constraints["size"]).all()


def test_constraints_of_both_stored_forms() -> None:
    old = optuna.create_trial(value=0.0, system_attrs={"constraints": [-1.0, 2.0]})
    new = trial(0.0, size=-3.0)
    constraints = outcomes_of([old, new], [MAXIMIZE]).constraints
    assert {name: each.tolist() for name, each in constraints.items()} == {
        "0": [-1.0, pytest.approx(np.nan, nan_ok=True)],
        "1": [2.0, pytest.approx(np.nan, nan_ok=True)],
        "size": [pytest.approx(np.nan, nan_ok=True), -3.0],
    }


def test_fronts() -> None:
    values = np.array([[1, 5], [2, 4], [2, 4], [1, 4], [0, 0], [5, 1], [1, 5.0]])
    assert is_non_dominated(values).tolist() == [True, True, True, False, False, True, True]
    assert front_numbers(values).tolist() == [0, 0, 0, 1, 2, 0, 0]


def test_several_objectives_are_ordered_by_front_and_then_by_crowding() -> None:
    # Three fronts; in the first one the second trial has its neighbours nearest.
    trials = [trial(0, 9), trial(4, 6), trial(5, 5), trial(9, 0), trial(3, 5), trial(0, 0)]
    fitness = outcomes_of(trials, [MAXIMIZE, MAXIMIZE]).fitness
    assert fitness[0] == fitness[3] > fitness[2] > fitness[1] > fitness[4] > fitness[5]
    mirrored = [trial(each.values[0], -each.values[1]) for each in trials]
    assert outcomes_of(mirrored, [MAXIMIZE, MINIMIZE]).fitness.tolist() == fitness.tolist()


def test_the_front_counts_among_trials_that_satisfy_constraints() -> None:
    trials = [trial(9, 9, size=1), trial(1, 2, size=0), trial(2, 1, size=0), trial(1, 1, size=0)]
    fitness = outcomes_of(trials, [MAXIMIZE, MAXIMIZE]).fitness
    assert fitness[1] == fitness[2] > fitness[3] > fitness[0]


def test_no_trials() -> None:
    outcomes = outcomes_of([], [MAXIMIZE, MINIMIZE])
    assert outcomes.values.shape == (0, 2)
    assert outcomes.fitness.shape == outcomes.is_known_feasible.shape == (0,)
