"""Initial networks of a user's own layers: chains in which the layers take turns."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import cycle
from itertools import islice

from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.spaces.fitted_chains import Chain

_BLOCK_UNITS = (64, 128, 256)
"""Widths of the blocks of a chain before it is fitted to limits."""
_LAYERS_PER_BLOCK = (1, 2, 4)


def mixed_chains(operations: OperationSet) -> list[Chain]:
    """Chains of three blocks: one for each number of layers per block and each first layer.

    Layers take turns within the blocks. On images each block ends with a layer that halves the
    image, and the chain with a layer that flattens it, if the set has such layers.

    Args:
        operations: The layers.

    Returns:
        The hidden layers of the chains.

    Raises:
        ValueError: The set works on images and has no layer with units that keeps their size.
    """
    inner, halving, flattening = _by_effect(operations)
    first = [op for op in inner if op.has_units or not operations.is_image]
    if not first:
        raise ValueError(
            f"operations: expected one with units that keeps the size of an image, since no other "
            f"can follow the input, got {', '.join(operations.by_label)}."
        )
    return [
        tuple(_layers(inner, inner.index(start), n_layers, halving, flattening))
        for n_layers in _LAYERS_PER_BLOCK
        for start in first
    ]


def _by_effect(operations: OperationSet) -> tuple[list[Operation], ...]:
    """The operations that keep, halve and flatten an image; without images all of them keep it."""
    if not operations.is_image:
        return list(operations.operations), [], []
    return tuple(
        [operation for operation in operations.operations if operation.image == effect]
        for effect in ("keep", "halve", "flatten")
    )


def _layers(
    inner: Sequence[Operation],
    start: int,
    n_layers: int,
    halving: Sequence[Operation],
    flattening: Sequence[Operation],
) -> Iterator[Layer]:
    turns = islice(cycle(inner), start, None)
    for block, units in enumerate(_BLOCK_UNITS):
        for operation in islice(turns, n_layers):
            yield _layer(operation, units)
        if halving:
            yield _layer(halving[block % len(halving)], units)
    if flattening:
        yield _layer(flattening[0], _BLOCK_UNITS[-1])


def _layer(operation: Operation, units: int) -> Layer:
    return Layer(
        operation.label,
        units if operation.has_units else None,
        operation.strides[0] if operation.strides else None,
    )
