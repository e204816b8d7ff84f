"""Layers of a user's own operations: their modules, after a check of their output shapes."""

from __future__ import annotations

import torch
from torch import fx
from torch import nn

from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.network.cnn_layers import write_global_average
from optuna_nasbot.network.own_shapes import wrong_run
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
    """Write the module that an operation makes.

    Args:
        writer: Where to write.
        name: The name of the layer.
        operation: The operation.
        value: The input, shape (batch, channels[0], height, width) or (batch, channels[0]).
        channels: Channels into and out of the layer.
        stride: Stride of the layer, 1 if it has none.
        is_image: Whether the input is an image. An operation that flattens gets its average.

    Returns:
        The output: channels[1] channels, an image shrunk by the stride and the operation.

    Raises:
        TypeError: The operation makes no module.
        ValueError: The output of the module has another shape, or the operation kept a module
            that it made on the meta device.
    """
    if is_image and operation.image == "flatten":
        value = write_global_average(writer, name, value)
        is_image = False
    module: nn.Module = operation.make_module(*channels, stride)
    _check_has_memory(name, operation.label, module)
    factor = stride * (2 if operation.image == "halve" else 1) if is_image else None
    wrong = wrong_run(module, channels, factor)
    if wrong is not None:
        raise ValueError(
            f"{name}: expected the module of operation '{operation.label}' to give shape "
            f"{wrong.expected} for {wrong.given}, got {wrong.got}. Its function gets the channels "
            f"in, the channels out and the stride."
        )
    return writer.module(name, module, value)


def _check_has_memory(name: str, label: str, module: nn.Module) -> None:
    """Refuse a module that was made on the meta device, to count its parameters, and then kept."""
    is_wanted = torch.empty(0).is_meta
    if not is_wanted and any(parameter.is_meta for parameter in module.parameters()):
        raise ValueError(
            f"{name}: expected the module of operation '{label}' to have memory, got one on the "
            f"device meta, where modules are made to count their parameters. A function that "
            f"keeps its modules has to keep those of each device apart: use torch.empty(0).device "
            f"as part of the key, together with the channels in, the channels out and the stride."
        )
