"""Chains: networks in which each layer feeds the next, also written as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.topology import Edges

_SUFFIX = re.compile(r"(?:-(?P<units>[0-9]{1,9}))?(?:/(?P<stride>[0-9]{1,9}))?")
"""What `str(Layer)` writes after the label."""


def chained(
    hidden: Sequence[Layer], operations: OperationSet
) -> tuple[tuple[Layer, ...], Edges, str]:
    """The layers, edges and kind of a chain, which `Architecture` takes.

    Its layers are `ip`, the hidden layers, a decision layer if the kind has one, and `op`.
    """
    decision = () if operations.decision is None else (Layer(operations.decision),)
    layers = (Layer(INPUT), *hidden, *decision, Layer(OUTPUT))
    edges = tuple((index, index + 1) for index in range(len(layers) - 1))
    return layers, edges, operations.kind


def read_chain(items: Sequence[object], operations: OperationSet) -> tuple[Layer, ...]:
    """The hidden layers of a chain, from texts as `str(Layer)` writes them or from layers.

    Raises:
        ArchitectureError: An item is not a layer of these operations; the message numbers layers
            as in the network, where `ip` is layer 0.
    """
    return tuple(_read(f"layers[{k}]", item, operations) for k, item in enumerate(items, 1))


def _read(where: str, item: object, operations: OperationSet) -> Layer:
    if not isinstance(item, (str, Layer)):
        first = operations.operations[0]
        example = Layer(first.label, 16 if first.has_units else None)
        raise ArchitectureError(
            f"{where}: expected a string such as '{example}' or a Layer, got {shown(item)}."
        )
    if (item if isinstance(item, str) else item.label) in (INPUT, OUTPUT, operations.decision):
        raise ArchitectureError(
            f"{where}: expected a layer between input and output, since a chain adds the input, "
            f"the decision layer and the output by itself, got '{item}'."
        )
    layer = item if isinstance(item, Layer) else _from_text(where, item, operations)
    operation = operations.by_label.get(layer.label) if isinstance(layer.label, str) else None
    if layer.stride is None and operation is not None and operation.strides:
        return replace(layer, stride=1)
    return layer


def _from_text(where: str, text: str, operations: OperationSet) -> Layer:
    """The layer that a text stands for.

    Labels may contain hyphens, slashes and digits. All labels that the text begins with are tried,
    the longest first: with labels "sep-3" and "sep", "sep-3-16" is a layer "sep-3" with 16 units,
    and "sep-3" is a layer "sep" with 3 units unless layers "sep-3" have no units.
    """
    readings = [
        (operation, _number(suffix["units"]), _number(suffix["stride"]))
        for operation in sorted(operations.operations, key=lambda each: -len(each.label))
        if text.startswith(operation.label)
        and (suffix := _SUFFIX.fullmatch(text, len(operation.label)))
    ]
    for operation, units, stride in readings:
        if _fault(operation, units, stride) is None:
            return Layer(operation.label, units, stride)
    if readings:
        raise ArchitectureError(f"{where}: expected {_fault(*readings[0])}, got {shown(text)}.")
    raise ArchitectureError(
        f"{where}: expected one of the labels of kind '{operations.kind}' "
        f"({', '.join(operations.by_label)}), followed by '-' and the units where it has units "
        f"and by '/2' for a stride of 2, got {shown(text)}."
    )


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _fault(operation: Operation, units: int | None, stride: int | None) -> str | None:
    """What a text with this label should have instead; None if it is right.

    Whether the number of units is allowed is left to `Architecture`.
    """
    if operation.has_units and units is None:
        return f"units after '{operation.label}', as in '{operation.label}-16'"
    if not operation.has_units and units is not None:
        return f"no units, since '{operation.label}' has none"
    if not operation.strides and stride is not None:
        return f"no stride, since '{operation.label}' has none"
    if stride is not None and stride not in operation.strides:
        return f"one of the strides {list(operation.strides)} of '{operation.label}'"
    return None
