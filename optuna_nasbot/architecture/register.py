"""The register of kinds: which operation set the labels of an architecture come from.

An objective may make its space anew in each trial, with new functions, and trials may run in
several threads. So each thread has its own view: a kind means the set that was made or used last
in this thread, or, if there is none, the one that was made last in the process.
"""

from __future__ import annotations

import threading
from weakref import WeakSet
from weakref import WeakValueDictionary

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.kinds import BUILT_IN_SETS
from optuna_nasbot.architecture.operation_set import Grammar
from optuna_nasbot.architecture.operation_set import OperationSet

_BUILT_IN = {operations.kind: operations for operations in BUILT_IN_SETS}


class _Kinds(dict[str, OperationSet]):
    """The set that was made or used last in a thread, by kind. It ends with its thread."""


class _View(threading.local):
    """The kinds as a thread sees them."""

    def __init__(self) -> None:
        self.current = _Kinds()
        _ALL_KINDS[id(self.current)] = self.current
        self.replaced: WeakSet[OperationSet] = WeakSet()
        """Sets that a kind meant in this thread earlier, as long as a space still has them."""


_MADE_LAST = dict(_BUILT_IN)
_ALL_KINDS: WeakValueDictionary[int, _Kinds] = WeakValueDictionary()
_VIEW = _View()


def operations_of(kind: str) -> OperationSet:
    """The operation set that a kind of architecture is made of, as this thread sees it.

    Args:
        kind: `"cnn"`, `"cnn-reg"`, `"mlp-reg"`, `"mlp-class"`, or a kind that was registered in
            this process.

    Raises:
        ArchitectureError: The kind is not known.
    """
    operations = _known(kind)
    if operations is None:
        raise ArchitectureError(
            f"kind: expected one of {shown(sorted(_MADE_LAST))}, got {shown(kind)}. A kind of "
            f"your own is known in a process once its space (GraphSpace, CellSpace) has been "
            f"made there."
        )
    if kind not in _VIEW.current and kind not in _BUILT_IN:
        _check_threads_agree(kind)
    return operations


def grammar_of(kind: object) -> Grammar | None:
    """The grammar of a kind as this thread sees it; None where it is not known."""
    operations = _known(kind)
    return None if operations is None else operations.grammar


def register(operations: OperationSet) -> None:
    """Make a kind known in this process; it replaces an earlier set of the same kind.

    Threads that have used another set of this kind keep it.

    Raises:
        ValueError: The kind is a built-in one.
    """
    if operations.kind in _BUILT_IN:
        raise ValueError(
            f"kind: expected a name other than those of the built-in kinds {sorted(_BUILT_IN)}, "
            f"got '{operations.kind}'."
        )
    _MADE_LAST[operations.kind] = operations
    _use(operations)


def registered(operations: OperationSet) -> OperationSet:
    """Return a set after a check that its kind still means it; from now on this thread uses it.

    Raises:
        ArchitectureError: Another set has replaced it in this thread.
    """
    current = _VIEW.current.get(operations.kind)
    if current is operations or current == operations:
        return operations
    if operations in _VIEW.replaced:
        labels = ", ".join(operations_of(operations.kind).by_label)
        raise ArchitectureError(
            f"kind: expected a space of kind '{operations.kind}' with the operations that this "
            f"kind has now ({labels}), but the space was made before another one of this kind. "
            f"Make the space once, outside the objective, or give each space a kind of its own."
        )
    _use(operations)
    return operations


def _check_threads_agree(kind: str) -> None:
    """Refuse to guess in a thread that has not used a set of this kind.

    Raises:
        ArchitectureError: Other threads use different sets of this kind.
    """
    sets = {view[kind] for view in [*_ALL_KINDS.values()] if kind in view}
    if len(sets) > 1:
        raise ArchitectureError(
            f"kind: expected one set of operations of kind '{kind}', got {len(sets)} from several "
            f"threads. Make the space once, outside the objective, or use the network in the "
            f"thread of its objective."
        )


def _known(kind: object) -> OperationSet | None:
    if not isinstance(kind, str):
        return None
    return _VIEW.current.get(kind) or _MADE_LAST.get(kind)


def _use(operations: OperationSet) -> None:
    before = _VIEW.current.get(operations.kind)
    if before is not None:
        _VIEW.replaced.add(before)
    _VIEW.replaced.discard(operations)
    _VIEW.current[operations.kind] = operations
