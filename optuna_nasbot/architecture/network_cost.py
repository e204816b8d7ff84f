"""What a network costs, known before it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.module_layers import module_layers


@dataclass(frozen=True)
class NetworkCost:
    """What the module that `build_module` makes costs; see `network_cost`.

    Args:
        parameters: The number of its trainable parameters.
        multiply_adds: The multiply-adds of a forward pass with one example.
        activation_memory: The number of values (not bytes) in the outputs of its linear maps and
            convolutions for one example.
    """

    parameters: int
    multiply_adds: int
    activation_memory: int


def network_cost(
    architecture: Architecture, *, inputs: int, outputs: int, image_size: int | None = None
) -> NetworkCost:
    """Parameters, multiply-adds and activation memory of the module that `build_module` makes.

    It only counts: networks of built-in layers are not built, and so take microseconds. Modules
    of own operations are made and run on the meta device, without memory, once for each
    operation, number of channels, stride and size of the image; the counts are remembered.

    - The multiply-adds are those of linear maps and convolutions in a forward pass with one
      example. Biases, normalisation, activation functions and pooling do not count. So the number
      is half of what `torch.utils.flop_counter` counts for a batch of one. For modules of own
      operations everything that it counts is included.
    - The activation memory is the number of values in the outputs of the same maps for one
      example: the "activations" of Radosavovic et al. (2020, "Designing Network Design Spaces").
      What training keeps for the backward pass is a few times as much, since the outputs of
      normalisation and activation functions are as large again.

    A cell has no cost of its own, since its cost depends on the network that you build around it:
    compute it by a function of the `Architecture`.

    Args:
        architecture: The network.
        inputs: Features (MLP) or channels (CNN) of the input.
        outputs: Outputs of the network: targets or classes.
        image_size: Side of the images in pixels; None where the input is a vector of features.

    Returns:
        The three numbers.

    Raises:
        TypeError: `architecture` is not an Architecture, a size is not a whole number,
            `image_size` is missing though the network works on images, or an own operation makes
            no module.
        ValueError: A size is less than 1 or more than 2**31 - 1, `image_size` is given though the
            network does not work on images, or the module of an own operation can't be run on the
            meta device.
        ArchitectureError: The network is a cell, or its kind is not known in this process.
    """
    layers = module_layers(architecture, inputs=inputs, outputs=outputs)
    if architecture.operations.decision is None:
        raise ArchitectureError(
            f"architecture: expected a whole network, got one of kind '{architecture.kind}', "
            f"whose networks are cells: their cost depends on the network that you build around "
            f"them. Compute it by a function of your own."
        )
    before, after = _image_sides(architecture, image_size)
    work = [layer.work(*sides) for layer, *sides in zip(layers, before, after, strict=True)]
    return NetworkCost(
        parameters=sum(layer.parameters for layer in layers),
        multiply_adds=sum(each.multiply_adds for each in work),
        activation_memory=sum(each.activations for each in work),
    )


def _image_sides(
    architecture: Architecture, image_size: int | None
) -> tuple[list[int | None], list[int | None]]:
    """Sides of the images before and after each layer, None where there are none."""
    kind = architecture.kind
    if architecture.image_sizes is None:
        if image_size is not None:
            raise ValueError(
                f"image_size: expected None, since networks of kind '{kind}' do not work on "
                f"images, got {shown(image_size)}."
            )
        none: list[int | None] = [None] * len(architecture.layers)
        return none, none
    if image_size is None:
        raise TypeError(
            f"image_size: expected the side of the images in pixels, on which the cost of "
            f"networks of kind '{kind}' depends, got None."
        )
    side = check_whole("image_size", image_size, 1, MAX_SIZE)
    before, after = architecture.image_sizes
    return _sides(side, before), _sides(side, after)


def _sides(side: int, factors: Sequence[int | None]) -> list[int | None]:
    return [None if factor is None else -(-side // factor) for factor in factors]  # rounds up
