"""What finished trials are worth to the model; infinite values are in test_observations.py."""

from __future__ import annotations

import optuna
import pytest
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.values import observed_values

MAXIMIZE = [StudyDirection.MAXIMIZE]


def completed(value: float, n_steps: int) -> FrozenTrial:
    return optuna.create_trial(value=value, intermediate_values=dict.fromkeys(range(n_steps), 0.0))


def pruned(value: float, n_steps: int) -> FrozenTrial:
    steps = dict.fromkeys(range(n_steps), value)
    return optuna.create_trial(state=TrialState.PRUNED, value=value, intermediate_values=steps)


@pytest.mark.parametrize(
    ("direction", "sign"), [(StudyDirection.MAXIMIZE, 1.0), (StudyDirection.MINIMIZE, -1.0)]
)
def test_value_of_a_trial_pruned_early_is_at_most_the_median(
    direction: StudyDirection, sign: float
) -> None:
    ends = [completed(sign * value, 10) for value in (1.0, 2.0, 6.0)]
    early = [pruned(sign * value, 3) for value in (0.5, 1.5, 2.5, 9.0)]
    values = observed_values([*ends, *early], [direction])[:, 0]
    assert values.tolist() == [1.0, 2.0, 6.0, 0.5, 1.5, 2.0, 2.0]


def test_trials_pruned_late_keep_their_value() -> None:
    # Half of the completed trials ended with their sixth step or later.
    ends = [completed(1.0, n_steps) for n_steps in (2, 6, 10)]
    trials = [*ends, pruned(9.0, 5), pruned(9.0, 6)]
    assert observed_values(trials, MAXIMIZE)[:, 0].tolist() == [1.0, 1.0, 1.0, 1.0, 9.0]


def test_completed_trials_that_report_nothing_say_nothing_of_what_is_early() -> None:
    trials = [completed(1.0, 0), completed(3.0, 0), pruned(9.0, 100)]
    assert observed_values(trials, MAXIMIZE)[:, 0].tolist() == [1.0, 3.0, 1.0]


def test_the_median_of_huge_values_does_not_overflow() -> None:
    trials = [completed(-1e308, 1), completed(-1.5e308, 1), pruned(9.0, 0)]
    values = observed_values(trials, MAXIMIZE)[:, 0]
    assert values.tolist() == [-1e308, -1.5e308, -1.5e308]


def test_pruned_trials_alone_keep_their_values() -> None:
    values = observed_values([pruned(9.0, 1), pruned(3.0, 2)], MAXIMIZE)[:, 0]
    assert values.tolist() == [9.0, 3.0]


def test_completed_trials_alone_keep_their_values() -> None:
    values = observed_values([completed(9.0, 1), completed(3.0, 0)], MAXIMIZE)[:, 0]
    assert values.tolist() == [9.0, 3.0]


def test_steps_may_be_whole_numbers_of_any_size() -> None:
    ends = [optuna.create_trial(value=1.0, intermediate_values={10**400: 1.0})] * 2
    values = observed_values([*ends, pruned(9.0, 3)], MAXIMIZE)[:, 0]
    assert values.tolist() == [1.0, 1.0, 1.0]


def test_values_of_several_objectives() -> None:
    trials = [optuna.create_trial(values=[1.0, 5.0]), optuna.create_trial(values=[2.0, -3.0])]
    values = observed_values(trials, [StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE])
    assert values.tolist() == [[1.0, -5.0], [2.0, 3.0]]
