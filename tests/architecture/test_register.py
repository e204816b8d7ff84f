from __future__ import annotations

from typing import Any

import pytest

from optuna_nasbot import ArchitectureError
from optuna_nasbot import Operation
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.register import register
from optuna_nasbot.architecture.register import registered


def rule(label: str, other: str, penalty: float) -> float:
    return penalty


def own_set(*labels: str, kind: str = "test-register") -> OperationSet:
    return OperationSet(kind, tuple(map(Operation, labels)), "linear", rule)


@pytest.mark.parametrize("kind", ["no such kind", "", None, 3, ["cnn"]])
def test_unknown_kind(kind: Any) -> None:
    with pytest.raises(
        ArchitectureError,
        match=r"^kind: expected one of .*'cnn'.* .GraphSpace, CellSpace. has been made",
    ):
        operations_of(kind)


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_built_in_kinds_stay(kind: str) -> None:
    with pytest.raises(ValueError, match=rf"^kind: expected another name .*, got '{kind}'"):
        register(own_set("a", kind=kind))
    assert "a" not in operations_of(kind).labels


def test_later_set_takes_the_place_of_an_earlier_one() -> None:
    old, new = own_set("a", "b"), own_set("a", "c")
    register(old)
    assert operations_of("test-register") is registered(old) is old
    register(new)
    assert operations_of("test-register") is new
    assert registered(own_set("a", "c")) == new
    with pytest.raises(ArchitectureError, match=r"^kind: expected .* has now \(a, c\), but"):
        registered(old)
