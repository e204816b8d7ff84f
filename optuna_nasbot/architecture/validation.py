"""Everything that makes a network impossible, whatever the search space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.image_size import check_image_sizes
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation import OperationSet
from optuna_nasbot.architecture.topology import Edges

Neighbours = tuple[tuple[int, ...], ...]

MAX_UNITS = 1_000_000
"""No layer of a network anybody trains is wider; masses stay far from overflow."""


def check_layers(layers: object, operations: OperationSet) -> tuple[Layer, ...]:
    """Return the layers as a tuple after checking each of them by itself.

    Raises:
        ArchitectureError: A label is unknown, units or a stride are wrong, or there is not
            exactly one input and one output.
    """
    if not isinstance(layers, Sequence) or isinstance(layers, str):
        raise ArchitectureError(
            f"layers: expected a sequence of Layer, got {type(layers).__name__}."
        )
    for index, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ArchitectureError(
                f"layers[{index}]: expected a Layer, got {type(layer).__name__}."
            )
        _check_layer(index, layer, operations)
    for label, name in ((INPUT, "input"), (OUTPUT, "output")):
        found = [index for index, layer in enumerate(layers) if layer.label == label]
        if len(found) != 1:
            raise ArchitectureError(
                f"layers: expected exactly one {name} layer '{label}', "
                f"got {len(found)}{f' (layers {found})' if found else ''}."
            )
    return tuple(layers)


def _check_layer(index: int, layer: Layer, operations: OperationSet) -> None:
    label = layer.label
    if type(label) is not str or label not in operations.label_index:
        raise ArchitectureError(
            f"layers[{index}].label: expected one of the labels of kind '{operations.kind}' "
            f"({', '.join(operations.labels)}), got {shown(label)}."
        )
    operation = operations.by_label.get(label)
    units, stride = layer.units, layer.stride
    if operation is None or not operation.has_units:
        if units is not None:
            raise ArchitectureError(
                f"layers[{index}].units: expected None, since '{label}' has no units, "
                f"got {shown(units)}."
            )
    elif type(units) is not int or not 1 <= units <= MAX_UNITS:
        raise ArchitectureError(
            f"layers[{index}].units: expected a whole number from 1 to {MAX_UNITS:,} for "
            f"'{label}', got {shown(units)}."
        )
    if operation is None or not operation.strides:
        if stride is not None:
            raise ArchitectureError(
                f"layers[{index}].stride: expected None, since '{label}' has no stride, "
                f"got {shown(stride)}."
            )
    elif type(stride) is not int or stride not in operation.strides:
        raise ArchitectureError(
            f"layers[{index}].stride: expected one of {list(operation.strides)} for '{label}', "
            f"got {shown(stride)}."
        )


def check_connections(edges: object, layers: Sequence[Layer]) -> Edges:
    """Return the edges as a tuple after checking how they connect the layers.

    Raises:
        ArchitectureError: An edge is malformed, doubled or a self-loop, or a layer is dangling.
    """
    if not isinstance(edges, Sequence) or isinstance(edges, str):
        raise ArchitectureError(f"edges: expected a sequence of pairs, got {shown(edges)}.")
    seen: dict[tuple[int, int], None] = {}
    for position, edge in enumerate(edges):
        checked = _checked_edge(position, edge, len(layers))
        if checked in seen:
            raise ArchitectureError(
                f"edges[{position}]: expected every edge once, got {list(edge)} again."
            )
        seen[checked] = None
    has_parent = {end for _, end in seen}
    has_child = {start for start, _ in seen}
    for index, layer in enumerate(layers):
        if index not in has_parent or index not in has_child or layer.label in (INPUT, OUTPUT):
            _check_ends(index, layer, index in has_parent, index in has_child)
    return tuple(seen)


def _checked_edge(position: int, edge: Any, n_layers: int) -> tuple[int, int]:
    is_pair = type(edge) in (tuple, list) and len(edge) == 2
    if not is_pair or type(edge[0]) is not int or type(edge[1]) is not int:
        raise ArchitectureError(
            f"edges[{position}]: expected a pair of whole numbers, got {shown(edge)}."
        )
    start, end = edge
    if not (0 <= start < n_layers and 0 <= end < n_layers):
        raise ArchitectureError(
            f"edges[{position}]: expected layer numbers from 0 to {n_layers - 1}, "
            f"got {shown(list(edge))}."
        )
    if start == end:
        raise ArchitectureError(
            f"edges[{position}]: expected two different layers, got the self-loop {list(edge)}."
        )
    return (start, end)


def _check_ends(index: int, layer: Layer, has_parent: bool, has_child: bool) -> None:
    where = f"layers[{index}] ('{layer}')"
    if layer.label == INPUT:
        if has_parent:
            raise ArchitectureError(f"{where}: expected no edge into the input layer.")
    elif not has_parent:
        raise ArchitectureError(
            f"{where}: expected an edge into this layer, got none: it can't be reached from 'ip'."
        )
    if layer.label == OUTPUT:
        if has_child:
            raise ArchitectureError(f"{where}: expected no edge out of the output layer.")
    elif not has_child:
        raise ArchitectureError(
            f"{where}: expected an edge out of this layer, got none: it doesn't lead to 'op'."
        )


def check_meaning(
    layers: tuple[Layer, ...],
    parents: Neighbours,
    children: Neighbours,
    operations: OperationSet,
) -> None:
    """Check what the layers mean to each other; layers are in a topological order.

    Raises:
        ArchitectureError: A decision layer is missing before `op` or stands elsewhere, nothing
            is processed, or images do not fit.
    """
    decision = operations.decision
    for parent in parents[-1]:
        if layers[parent].label != decision:
            raise ArchitectureError(
                f"layers[{parent}] ('{layers[parent]}'): expected every parent of 'op' to be a "
                f"decision layer '{decision}', got '{layers[parent].label}'."
            )
    for index, layer in enumerate(layers):
        if layer.label == decision and children[index] != (len(layers) - 1,):
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected a decision layer to feed only 'op', "
                f"got edges to layers {list(children[index])}."
            )
    if len(layers) > 3 and not any(layer.label in operations.by_label for layer in layers):
        raise ArchitectureError(
            f"layers: expected a processing layer, or just ip -> {decision} -> op, "
            f"got {len(layers) - 2} decision layers."
        )
    if operations.is_image:
        check_image_sizes(layers, parents, operations)
