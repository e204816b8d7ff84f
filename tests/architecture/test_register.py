from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from weakref import ref

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


@pytest.mark.parametrize("kind", ["cnn", "cnn-reg", "mlp-reg", "mlp-class"])
def test_built_in_kinds_stay(kind: str) -> None:
    with pytest.raises(ValueError, match=rf"^kind: expected a name other .*, got '{kind}'"):
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


# --- Threads


def in_new_thread(function: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result()


def test_a_thread_sees_the_set_that_was_made_last_anywhere() -> None:
    register(own_set("a"))
    last = own_set("b")
    in_new_thread(lambda: register(last))
    assert in_new_thread(lambda: operations_of("test-register")) is last


def test_a_thread_keeps_the_set_that_it_made() -> None:
    own = own_set("a", "b")
    register(own)
    in_new_thread(lambda: register(own_set("a", "c")))
    assert operations_of("test-register") is registered(own) is own


def test_threads_that_make_sets_at_the_same_time_have_their_own() -> None:
    n_threads = 8
    barrier = Barrier(n_threads, timeout=60)

    def is_own(number: int) -> bool:
        for turn in range(20):
            own = own_set("a", f"b{number}-{turn}")
            barrier.wait()
            register(own)
            barrier.wait()
            if not operations_of("test-register") is registered(own) is own:
                return False
        return True

    with ThreadPoolExecutor(n_threads) as threads:
        assert all(threads.map(is_own, range(n_threads)))


def test_a_thread_keeps_the_set_that_it_used() -> None:
    used = own_set("a", "b", kind="test-used")
    register(used)

    def use() -> bool:
        registered(used)
        in_new_thread(lambda: register(own_set("a", "c", kind="test-used")))
        return operations_of("test-used") is registered(used) is used

    assert in_new_thread(use)


def test_a_thread_without_a_set_may_use_an_older_one() -> None:
    """An unpickled space, for instance, which another thread has read."""
    one, other = own_set("a", "b"), own_set("a", "c")
    register(one)
    register(other)
    assert in_new_thread(lambda: registered(one) is operations_of("test-register")) is True


def test_two_sets_of_a_kind_in_a_thread_are_refused_whoever_made_them() -> None:
    one, other = own_set("a", "b"), own_set("a", "c")
    register(one)
    in_new_thread(lambda: register(other))
    assert registered(one) is operations_of("test-register")
    assert registered(other) is operations_of("test-register")
    with pytest.raises(ArchitectureError, match=r"^kind: .* Make the space once, outside the obj"):
        registered(one)


def test_a_set_that_is_made_again_has_its_kind_again() -> None:
    one, other = own_set("a", "b"), own_set("a", "c")
    for operations in (one, other, own_set("a", "b")):
        register(operations)
    assert registered(one) == operations_of("test-register")
    with pytest.raises(ArchitectureError, match=r"^kind: "):
        registered(other)


def test_no_set_is_kept_but_the_last_one() -> None:
    made = []
    for number in range(20):
        operations = own_set("a", f"b{number}", kind="test-kept")
        register(operations)
        made.append(ref(operations))
    assert operations_of("test-kept").grammar.rules[-1].label == "b19"
    del operations
    gc.collect()
    assert sum(each() is not None for each in made) == 1


def test_a_thread_without_a_set_does_not_guess_where_others_disagree() -> None:
    kind = "test-disagree"
    one, other = own_set("a", "b", kind=kind), own_set("a", "c", kind=kind)
    register(one)
    assert in_new_thread(lambda: operations_of(kind)) is one

    def look_from_a_third_thread() -> None:
        register(other)
        with pytest.raises(ArchitectureError, match="got 2 from several threads"):
            in_new_thread(lambda: operations_of(kind))

    in_new_thread(look_from_a_third_thread)
    # With its thread ends what it made of the kind.
    gc.collect()
    assert operations_of(kind) is one
