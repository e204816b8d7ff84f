"""How far the image has shrunk before and after each layer of a convolutional network."""

from __future__ import annotations

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OperationSet

FLATTENED = None
"""Size of what is no image any more."""

Sizes = tuple[tuple[int | None, ...], tuple[int | None, ...]]


def inverse_image_sizes(
    layers: tuple[Layer, ...], parents: tuple[tuple[int, ...], ...], operations: OperationSet
) -> Sizes:
    """Factors by which the image has been shrunk before and after each layer.

    Args:
        layers: Layers in a topological order.
        parents: For each layer the layers that feed it.
        operations: The operation set of the labels.

    Returns:
        Two tuples with an entry a layer: a power of two, or None where there is no image.

    Raises:
        ArchitectureError: The parents of a layer have different sizes, or a layer needs an
            image and gets none.
    """
    before: list[int | None] = []
    after: list[int | None] = []
    for index, layer in enumerate(layers):
        sizes = {after[parent] for parent in parents[index]} or {1}
        if len(sizes) > 1:
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected parents with images of one size, got "
                + ", ".join(f"layer {p}: {_size_text(after[p])}" for p in parents[index])
                + "."
            )
        size = sizes.pop()
        before.append(size)
        after.append(_size_after(index, layer, size, operations))
    return tuple(before), tuple(after)


def _size_after(
    index: int, layer: Layer, size: int | None, operations: OperationSet
) -> int | None:
    if layer.label == INPUT:
        return size
    operation = operations.by_label.get(layer.label)
    if operation is None or operation.image == "flatten":
        return FLATTENED
    if size is FLATTENED:
        raise ArchitectureError(
            f"layers[{index}] ('{layer}'): expected an image, got the output of a layer that "
            f"flattens it."
        )
    return size * (layer.stride or 1) * (2 if operation.image == "halve" else 1)


def check_image_sizes(
    layers: tuple[Layer, ...], parents: tuple[tuple[int, ...], ...], operations: OperationSet
) -> None:
    """Check that images fit everywhere and that only convolutions see the input.

    Raises:
        ArchitectureError: Sizes do not agree, or a layer without strides follows the input.
    """
    for index, layer in enumerate(layers):
        operation = operations.by_label.get(layer.label)
        if 0 in parents[index] and (operation is None or not operation.strides):
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected the children of 'ip' to be convolutions "
                f"or residual layers, got '{layer.label}'."
            )
    inverse_image_sizes(layers, parents, operations)


def _size_text(size: int | None) -> str:
    return "flattened" if size is FLATTENED else f"1/{size}"
