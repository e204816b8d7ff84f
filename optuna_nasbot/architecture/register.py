"""The register of kinds: which operation set the labels of an architecture come from."""

from __future__ import annotations

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.kinds import BUILT_IN_SETS
from optuna_nasbot.architecture.operation_set import OperationSet

_BUILT_IN = {operations.kind: operations for operations in BUILT_IN_SETS}
_REGISTER = dict(_BUILT_IN)


def operations_of(kind: str) -> OperationSet:
    """The operation set that a kind of architecture is made of.

    Args:
        kind: `"cnn"`, `"mlp-reg"`, `"mlp-class"`, or a kind that was registered in this process.

    Raises:
        ArchitectureError: The kind is not known.
    """
    if not isinstance(kind, str) or kind not in _REGISTER:
        raise ArchitectureError(
            f"kind: expected one of {shown(sorted(_REGISTER))}, got {shown(kind)}. A kind of "
            f"your own is known in a process once its space (GraphSpace, CellSpace) has been "
            f"made there."
        )
    return _REGISTER[kind]


def register(operations: OperationSet) -> None:
    """Make a kind known in this process, in the place of an earlier set of the same kind.

    Raises:
        ValueError: The kind is a built-in one.
    """
    if operations.kind in _BUILT_IN:
        raise ValueError(
            f"kind: expected another name than those of the built-in kinds {sorted(_BUILT_IN)}, "
            f"got '{operations.kind}'."
        )
    _REGISTER[operations.kind] = operations


def registered(operations: OperationSet) -> OperationSet:
    """A set of operations, after a check that its kind still means it.

    Raises:
        ArchitectureError: Another set took its place.
    """
    if operations_of(operations.kind) != operations:
        raise ArchitectureError(
            f"kind: expected a space of kind '{operations.kind}' with the operations that this "
            f"kind has now ({', '.join(operations_of(operations.kind).by_label)}), but the space "
            f"was made before another one of this kind. Give each space a kind of its own."
        )
    return operations
