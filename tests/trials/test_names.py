from __future__ import annotations

from typing import Any

import optuna
from optuna.trial import FrozenTrial

from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.trials.names import architecture_names

NETWORK = MLPSpace().initial_pool[0]


def with_attributes(*keys: Any) -> FrozenTrial:
    return optuna.create_trial(value=1.0, user_attrs=dict.fromkeys(keys, 1))


def test_names_of_all_trials_sorted_once_each() -> None:
    trials = [
        create_architecture_trial({"net": NETWORK}, value=1.0),
        create_architecture_trial({"net": NETWORK, "head": NETWORK}, value=1.0),
    ]
    assert architecture_names(trials) == ("head", "net")


def test_other_attributes_are_no_names() -> None:
    others = ["net", "architecture", "architecture:", "architecture:a:mass", "architecture:\ud800"]
    assert architecture_names([with_attributes(*others)]) == ()
    assert architecture_names([]) == ()
