from __future__ import annotations

from optuna_nasbot import MLPSpace
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import of_networks

FIRST, SECOND = MLPSpace().initial_pool[:2]


def test_keys_are_equal_for_what_is_equal_to_a_trial() -> None:
    one = Configuration({"a": FIRST, "b": SECOND}, {"lr": 0.1, "act": None})
    same = Configuration({"b": SECOND, "a": FIRST}, {"act": None, "lr": 0.1})
    assert one.key == same.key


def test_keys_differ_with_each_part() -> None:
    keys = [
        Configuration({"a": FIRST}).key,
        Configuration({"b": FIRST}).key,
        Configuration({"a": SECOND}).key,
        Configuration({"a": FIRST}, {"x": 1}).key,
        Configuration({"a": FIRST}, {"x": True}).key,
        Configuration({"a": FIRST}, {"x": "1"}).key,
        Configuration({"a": FIRST}, {"x": None}).key,
    ]
    assert len(set(keys)) == len(keys)
    assert sorted(keys)  # of whatever parameters


def test_of_networks() -> None:
    first, second = of_networks("net", [FIRST, SECOND])
    assert first.key == Configuration({"net": FIRST}).key != second.key
