"""Everything that makes a network impossible, whatever the search space."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture.arguments import as_whole
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.topology import Edges
from optuna_nasbot.architecture.topology import Neighbours

MAX_UNITS = 1_000_000
"""Wider than any layer that anybody trains; masses stay far from overflow."""


def check_layers(layers: object, operations: OperationSet) -> tuple[Layer, ...]:
    """Return the layers as a tuple after checking each one by itself.

    Raises:
        ArchitectureError: A label is unknown, units or a stride are wrong, or there is not
            exactly one input or not exactly one output.
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
    labels = [layer.label for layer in layers]
    for label, name in ((INPUT, "input"), (OUTPUT, "output")):
        if labels.count(label) != 1:
            found = [index for index, other in enumerate(labels) if other == label]
            raise ArchitectureError(
                f"layers: expected exactly one {name} layer '{label}', "
                f"got {len(found)}{f' (layers {shown(found)})' if found else ''}."
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


def check_edges(edges: object, n_layers: int) -> Edges:
    """Return the edges as sorted tuples of plain numbers after checking each one by itself.

    Args:
        edges: A sequence of pairs of whole numbers, or an array (n, 2) of integers.
        n_layers: Number of layers.

    Raises:
        ArchitectureError: An edge is malformed, a duplicate or a self-loop.
    """
    pairs = listed(edges)
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):
        raise ArchitectureError(f"edges: expected a sequence of pairs, got {shown(edges)}.")
    checked = []
    for position, edge in enumerate(pairs):
        start, end = edge if type(edge) in (tuple, list) and len(edge) == 2 else (None, None)
        if type(start) is not int or type(end) is not int:  # hardly any: checks have to be quick
            start, end = as_pair(edge) or (None, None)
        if start is None or end is None:
            raise ArchitectureError(
                f"edges[{position}]: expected a pair of whole numbers, got {shown(edge)}."
            )
        if not (0 <= start < n_layers and 0 <= end < n_layers):
            raise ArchitectureError(
                f"edges[{position}]: expected layer numbers from 0 to {n_layers - 1}, "
                f"got {shown([start, end])}."
            )
        if start == end:
            raise ArchitectureError(
                f"edges[{position}]: expected two different layers, got the self-loop "
                f"{[start, end]}."
            )
        checked.append((start, end))
    if len(set(checked)) < len(checked):
        first = {edge: i for i, edge in reversed(list(enumerate(checked)))}
        position = next(i for i, edge in enumerate(checked) if first[edge] < i)
        raise ArchitectureError(
            f"edges[{position}]: expected every edge once, got {list(checked[position])} again."
        )
    return tuple(sorted(checked))


def as_pair(edge: object) -> tuple[int, int] | None:
    """A pair of whole numbers as plain ones; None for anything else."""
    edge = listed(edge)
    if not isinstance(edge, (tuple, list)) or len(edge) != 2:
        return None
    start, end = as_whole(edge[0]), as_whole(edge[1])
    return None if start is None or end is None else (start, end)


def check_ends(layers: Sequence[Layer], parents: Neighbours, children: Neighbours) -> None:
    """Check that every layer but the input has an edge into it, and all but the output one out.

    Raises:
        ArchitectureError: A layer lacks an edge, or an edge leads into `ip` or out of `op`.
    """
    for index, layer in enumerate(layers):
        if layer.label == INPUT:
            if parents[index]:
                raise ArchitectureError(
                    f"layers[{index}] ('{layer}'): expected no edge into the input layer."
                )
        elif not parents[index]:
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected an edge into this layer, got none: it "
                f"can't be reached from 'ip'."
            )
        if layer.label == OUTPUT:
            if children[index]:
                raise ArchitectureError(
                    f"layers[{index}] ('{layer}'): expected no edge out of the output layer."
                )
        elif not children[index]:
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected an edge out of this layer, got none: it "
                f"doesn't lead to 'op'."
            )


def check_meaning(
    layers: tuple[Layer, ...],
    parents: Neighbours,
    children: Neighbours,
    operations: OperationSet,
) -> None:
    """Check that decision layers stand where they have to, and that there is a layer to train.

    The layers are in a topological order. Image sizes are checked elsewhere.

    Raises:
        ArchitectureError: A parent of `op` is not a decision layer, a decision layer feeds
            another layer than `op`, or there is no processing layer (but for ip, one decision
            layer, op).
    """
    decision = operations.decision
    if decision is None:
        return
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
                f"got edges to layers {shown(list(children[index]))}."
            )
    if len(layers) > 3 and not any(layer.label in operations.by_label for layer in layers):
        raise ArchitectureError(
            f"layers: expected a processing layer, or just ip -> {decision} -> op, "
            f"got {len(layers) - 2} decision layers."
        )
