"""Layers of a user's own operations: their modules, and a check of what these give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import fx
from torch import nn

from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.network.cnn_layers import write_global_average
from optuna_nasbot.network.writer import Writer


def write_own_layer(
    writer: Writer,
    name: str,
    operation: Operation,
    value: fx.Node,
    channels: tuple[int, int],
    stride: int,
    is_image: bool,
) -> fx.Node:
    """Write the module that an operation makes, which says so if it gives a wrong shape.

    Args:
        writer: Where to write.
        name: The name of the layer.
        operation: The operation.
        value: The input, shape (batch, channels[0], height, width) or (batch, channels[0]).
        channels: Channels into and out of the layer.
        stride: Stride of the layer, 1 if it has none.
        is_image: Whether the input is an image; an operation that flattens gets its average.

    Returns:
        The output: channels[1] channels, an image shrunk by the stride and the operation.

    Raises:
        TypeError: The operation makes no module.
    """
    if is_image and operation.image == "flatten":
        value = write_global_average(writer, name, value)
        is_image = False
    module: nn.Module = operation.make_module(*channels, stride)
    factor = stride * (2 if operation.image == "halve" else 1) if is_image else None
    module.register_forward_hook(_ShapeCheck(name, operation.label, channels[1], factor))
    return writer.module(name, module, value)


@dataclass(frozen=True)
class _ShapeCheck:
    """A forward hook: otherwise a wrong shape shows up in another layer, or not at all.

    Args:
        name: The name of the layer.
        label: The label of its operation.
        channels: Channels that it has to give.
        factor: By how much it has to shrink an image, rounding up; None for features.
    """

    name: str
    label: str
    channels: int
    factor: int | None

    def __call__(self, module: nn.Module, inputs: tuple[Any, ...], output: object) -> None:
        shape = inputs[0].shape
        expected = (*shape[:-1], self.channels)
        if self.factor is not None:
            expected = (shape[0], self.channels, *(-(-side // self.factor) for side in shape[2:]))
        got = tuple(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
        if got != expected:
            raise ValueError(
                f"{self.name}: expected the module of operation '{self.label}' to give shape "
                f"{expected} for {tuple(shape)}, got {got}. Its function gets the channels in, "
                f"the channels out and the stride."
            )
