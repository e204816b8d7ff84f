"""Layers on images: convolutions, residual layers, pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import fx
from torch import nn

from optuna_nasbot.network.writer import Writer

POOLINGS: dict[str, Callable[..., Any]] = {
    "max-pool": nn.functional.max_pool2d,
    "avg-pool": nn.functional.avg_pool2d,
}


def write_convolution(
    writer: Writer,
    name: str,
    value: fx.Node,
    channels: tuple[int, int],
    size: int,
    stride: int,
) -> fx.Node:
    """Write a convolution without bias, batch normalisation and ReLU.

    Args:
        writer: Where to write.
        name: The name of the layer.
        value: The input, shape (batch, channels[0], height, width).
        channels: Channels into and out of the layer.
        size: Side of the filter, odd.
        stride: Stride; a stride of 2 halves the image, rounding up.

    Returns:
        The activations, shape (batch, channels[1], ceil(height / stride), ceil(width / stride)).
    """
    value = _normalised_convolution(writer, name, value, channels, size, stride)
    return writer.function(f"{name}_out", torch.relu, value)


def write_residual(
    writer: Writer,
    name: str,
    value: fx.Node,
    channels: tuple[int, int],
    size: int,
    stride: int,
) -> fx.Node:
    """Write two convolutions, the first with the stride, and a shortcut that is added to them.

    conv - BN - ReLU - conv - BN, plus the input (or, where its shape differs, BN of its 1x1
    convolution), then ReLU (He et al. 2016, figure 2). Arguments as for `write_convolution`.
    """
    units = channels[1]
    first = write_convolution(writer, f"{name}_conv1", value, channels, size, stride)
    second = _normalised_convolution(writer, f"{name}_conv2", first, (units, units), size, 1)
    shortcut = _write_shortcut(writer, f"{name}_shortcut", value, channels, stride)
    total = writer.function(f"{name}_sum", torch.add, second, shortcut)
    return writer.function(f"{name}_out", torch.relu, total)


def _write_shortcut(
    writer: Writer, name: str, value: fx.Node, channels: tuple[int, int], stride: int
) -> fx.Node:
    # Every second pixel, then a 1x1 convolution without a stride, which is the same as a strided
    # one. On the CPU PyTorch computes the gradient of a strided one by writing outside its memory
    # (oneDNN issue 6035), with fewer than 8 channels (16 with AVX-512) in channels_last format.
    if stride != 1:
        value = writer.function(f"{name}_in", nn.functional.avg_pool2d, value, 1, stride=stride)
    elif channels[0] == channels[1]:
        return value
    return _normalised_convolution(writer, name, value, channels, 1, 1)


def _normalised_convolution(
    writer: Writer,
    name: str,
    value: fx.Node,
    channels: tuple[int, int],
    size: int,
    stride: int,
) -> fx.Node:
    convolution = nn.Conv2d(*channels, size, stride=stride, padding=size // 2, bias=False)
    value = writer.module(name, convolution, value)
    return writer.module(f"{name}_norm", nn.BatchNorm2d(channels[1]), value)


def write_pooling(writer: Writer, name: str, label: str, value: fx.Node) -> fx.Node:
    """Write pooling over 2x2 pixels with stride 2, rounding up: 1x1 images stay 1x1."""
    return writer.function(f"{name}_out", POOLINGS[label], value, 2, stride=2, ceil_mode=True)


def write_global_average(writer: Writer, name: str, value: fx.Node) -> fx.Node:
    """Write the average over the image: (batch, channels, height, width) -> (batch, channels)."""
    return writer.function(f"{name}_mean", torch.mean, value, dim=(2, 3))
