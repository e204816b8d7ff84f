"""How far the image has shrunk before and after each layer of a convolutional network."""

from __future__ import annotations

from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.topology import Neighbours

FLATTENED = None
"""The size of what is no longer an image."""

Sizes = tuple[tuple[int | None, ...], tuple[int | None, ...]]


def inverse_image_sizes(
    layers: tuple[Layer, ...], parents: Neighbours, operations: OperationSet
) -> Sizes:
    """Factors by which the image has been shrunk before and after each layer.

    Args:
        layers: Layers in a topological order.
        parents: For each layer the layers that feed it.
        operations: The operation set of the labels.

    Returns:
        Two tuples with an entry for each layer: a power of two, or None where there is no image.

    Raises:
        ArchitectureError: The parents of a layer have different sizes, or a layer needs an
            image and gets none.
    """
    by_label = operations.by_label
    before: list[int | None] = []
    after: list[int | None] = []
    for index, (layer, sources) in enumerate(zip(layers, parents, strict=True)):
        size = after[sources[0]] if sources else 1
        for parent in sources:
            if after[parent] != size:
                raise ArchitectureError(
                    f"layers[{index}] ('{layer}'): expected parents with images of one size, got "
                    f"layer {sources[0]}: {_size_text(size)}, "
                    f"layer {parent}: {_size_text(after[parent])}."
                )
        before.append(size)
        operation = by_label.get(layer.label)
        if operation is None:
            after.append(size if layer.label == INPUT else FLATTENED)
        elif operation.image == "flatten":
            after.append(FLATTENED)
        elif size is FLATTENED:
            raise ArchitectureError(
                f"layers[{index}] ('{layer}'): expected an image, got the output of a layer that "
                f"flattens it."
            )
        else:
            after.append(size * (layer.stride or 1) * (2 if operation.image == "halve" else 1))
    return tuple(before), tuple(after)


def check_first_layers(
    layers: tuple[Layer, ...], children: Neighbours, operations: OperationSet
) -> None:
    """Check that all layers that follow the input have units and do not flatten the image.

    In the built-in set these are convolutions and residual layers.

    Raises:
        ArchitectureError: Another layer follows the input.
    """
    for index in children[0]:
        label = layers[index].label
        operation = operations.by_label.get(label)
        if operation is None or not operation.has_units or operation.image == "flatten":
            raise ArchitectureError(
                f"layers[{index}] ('{layers[index]}'): expected the children of 'ip' to be "
                f"convolutions, residual layers or others with units that keep the image, "
                f"got '{label}'."
            )


def _size_text(size: int | None) -> str:
    return "flattened" if size is FLATTENED else f"1/{shown(size)}"
