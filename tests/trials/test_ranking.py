from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import MLPSpace
from optuna_nasbot import best_architecture
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.trials import architecture_attributes
from optuna_nasbot.trials.ranking import ranked_trials

POOL = MLPSpace().initial_pool


def study_of(*values: float, **arguments: Any) -> optuna.Study:
    study = optuna.create_study(**arguments)
    for network, value in zip(POOL, values, strict=False):
        study.add_trial(create_architecture_trial({"net": network}, value=value))
    return study


def numbers(study: optuna.Study) -> list[int]:
    return [trial.number for trial in ranked_trials(study, "net")]


@pytest.mark.parametrize(
    ("direction", "order"), [("minimize", [3, 1, 2, 0]), ("maximize", [0, 1, 2, 3])]
)
def test_the_best_comes_first_the_earlier_of_equals(direction: str, order: list[int]) -> None:
    study = study_of(3.0, 2.0, 2.0, float("-inf"), direction=direction)
    assert numbers(study) == order
    assert best_architecture(study, "net") == POOL[order[0]]


def test_only_completed_trials_with_the_network_count() -> None:
    study = study_of(2.0)
    study.add_trial(create_architecture_trial({"other": POOL[1]}, value=1.0))
    study.add_trial(create_architecture_trial({"net": POOL[1]}, state=TrialState.FAIL))
    assert numbers(study) == [0]


def test_several_objectives_give_the_pareto_front() -> None:
    study = optuna.create_study(directions=["minimize", "maximize"])
    for values in [(2.0, 2.0), (3.0, 1.0), (1.0, 0.0)]:
        study.add_trial(create_architecture_trial({"net": POOL[0]}, values=values))
    study.add_trial(optuna.create_trial(values=[0.0, 1.0]))
    assert numbers(study) == [0]


def test_trials_that_break_a_constraint_are_left_out() -> None:
    study = optuna.create_study()
    for network, value, constraints in zip(
        POOL, (1.0, 2.0, 3.0), ([0.5, -1.0], [0.0, -1.0], []), strict=False
    ):
        study.add_trial(
            optuna.create_trial(
                value=value,
                user_attrs=architecture_attributes(network, "net"),
                system_attrs={"constraints": constraints},
            )
        )
    assert numbers(study) == [1, 2]
    assert best_architecture(study, "net") == POOL[1]


def test_constraints_of_all_trials_broken() -> None:
    study = optuna.create_study()
    trial = create_architecture_trial({"net": POOL[0]}, value=0.0)
    study.add_trial(
        optuna.create_trial(
            value=0.0, user_attrs=trial.user_attrs, system_attrs={"constraints": [1.0]}
        )
    )
    with pytest.raises(ValueError, match="or all such trials break constraints"):
        best_architecture(study, "net")
