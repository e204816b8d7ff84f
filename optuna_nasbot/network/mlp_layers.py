"""Layers on features: hidden layers of a multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import fx
from torch import nn

from optuna_nasbot.network.writer import Writer

ACTIVATIONS: dict[str, tuple[Callable[..., torch.Tensor], dict[str, Any]]] = {
    "relu": (torch.relu, {}),
    "crelu": (torch.relu, {}),
    "leaky-relu": (nn.functional.leaky_relu, {"negative_slope": 0.1}),
    "softplus": (nn.functional.softplus, {}),
    "elu": (nn.functional.elu, {}),
    "logistic": (torch.sigmoid, {}),
    "tanh": (torch.tanh, {}),
}


def write_hidden_layer(
    writer: Writer, name: str, label: str, value: fx.Node, channels_in: int, units: int
) -> fx.Node:
    """Write a linear map and an activation; `crelu` is (relu(x), relu(-x)), 2 outputs per unit.

    Args:
        writer: Where to write.
        name: The name of the layer.
        label: The activation, a key of `ACTIVATIONS`.
        value: The input, shape (..., channels_in).
        channels_in: Features of the input.
        units: Outputs of the linear map.

    Returns:
        The activations, shape (..., units), or (..., 2 * units) for `crelu`.
    """
    activation, options = ACTIVATIONS[label]
    value = writer.module(name, nn.Linear(channels_in, units), value)
    if label == "crelu":
        negative = writer.function(f"{name}_neg", torch.neg, value)
        value = writer.concatenation(f"{name}_cat", [value, negative], dim=-1)
    return writer.function(f"{name}_out", activation, value, **options)
