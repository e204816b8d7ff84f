from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optuna_nasbot import Operation
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.operation_set import Grammar

SETS = {
    "kind": "own",
    "operations": (Operation("a", "x"), Operation("b"), Operation("c", "x"), Operation("d", "y")),
    "decision": "softmax",
    "mislabel": lambda label, other, penalty: 0.5 * penalty if "a" in (label, other) else np.inf,
}


def test_labels_and_groups_keep_their_order() -> None:
    operations = OperationSet(**SETS)
    assert operations.labels == ("ip", "op", "softmax", "a", "b", "c", "d")
    assert operations.groups == ("x", "y")
    assert list(operations.by_label) == ["a", "b", "c", "d"]
    assert [operations.label_index[label] for label in operations.labels] == list(range(7))


def test_without_decision_layers() -> None:
    assert OperationSet(**{**SETS, "decision": None}).labels == ("ip", "op", "a", "b", "c", "d")


def test_mislabel_matrix() -> None:
    matrix = OperationSet(**SETS).mislabel_matrix(non_assignment_penalty=3.0)
    expected = np.full((7, 7), np.inf)
    expected[3, 4:] = expected[4:, 3] = 1.5
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_array_equal(matrix, expected)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kind": 3}, TypeError, "kind: expected a string, got 3"),
        ({"kind": ""}, ValueError, "kind: expected a string that is not empty"),
        ({"operations": ()}, ValueError, "operations: expected at least one Operation, got none"),
        ({"operations": ("a",)}, TypeError, r"operations\[0\]: expected an Operation, got 'a'"),
        (
            {"operations": (Operation("a"), Operation("b"), Operation("a", "x"))},
            ValueError,
            "operations: expected every label once, got 'a' again",
        ),
        (
            {"operations": (Operation("softmax"),)},
            ValueError,
            "operations: expected labels other than that of the decision layers, got 'softmax'",
        ),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        OperationSet(**{**SETS, **arguments})


def test_grammar_has_all_but_the_functions() -> None:
    def grammar(**operation: Any) -> Grammar:
        own = Operation(**{"label": "own", "strides": (1, 2), **operation})
        return OperationSet(**{**SETS, "operations": (own,)}).grammar

    same = [
        grammar(mass=lambda channels_in, units: 1.0),
        grammar(mass=3.0),
        grammar(module=lambda channels_in, units, stride: None),
    ]
    assert {grammar(), *same} == {grammar()}
    others = [
        grammar(label="other"),
        grammar(group="x"),
        grammar(has_units=False),
        grammar(strides=(1,)),
        grammar(image="halve"),
        OperationSet(**{**SETS, "is_image": True}).grammar,
        OperationSet(**{**SETS, "kind": "another"}).grammar,
        OperationSet(**{**SETS, "decision": None}).grammar,
    ]
    assert len({grammar(), OperationSet(**SETS).grammar, *others}) == 2 + len(others)


def test_equality() -> None:
    assert OperationSet(**SETS) == OperationSet(**SETS)
    assert hash(OperationSet(**SETS)) == hash(OperationSet(**SETS))
    assert OperationSet(**SETS) != OperationSet(**{**SETS, "is_image": True})
