"""Builds the `torch.nn.Module` of an architecture, layer by layer."""

from __future__ import annotations

import re

from torch import fx
from torch import nn

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.architecture import check_architecture
from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_share
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.kinds import filter_size
from optuna_nasbot.architecture.kinds import is_built_in
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.module_layers import module_channels
from optuna_nasbot.network.cnn_layers import POOLINGS
from optuna_nasbot.network.cnn_layers import write_convolution
from optuna_nasbot.network.cnn_layers import write_global_average
from optuna_nasbot.network.cnn_layers import write_pooling
from optuna_nasbot.network.cnn_layers import write_residual
from optuna_nasbot.network.mlp_layers import write_hidden_layer
from optuna_nasbot.network.output import write_log_mean_probability
from optuna_nasbot.network.output import write_mean_output
from optuna_nasbot.network.own_layers import write_own_layer
from optuna_nasbot.network.writer import Writer


def build_module(
    architecture: Architecture,
    *,
    in_features: int | None = None,
    in_channels: int | None = None,
    out_features: int,
    dropout: float = 0.0,
) -> fx.GraphModule:
    """Make the PyTorch network of an architecture.

    Several parents are concatenated (features or channels).

    - Hidden layers are a Linear and an activation; `leaky-relu` has slope 0.1, `crelu` is
      (relu(x), relu(-x)) and so has 2 outputs per unit. With `dropout`, an `nn.Dropout` follows
      the activation; in CNNs it follows that of `fc` layers.
    - `convK` is a K x K convolution without bias, batch normalisation and ReLU. `resK` is two of
      these with a shortcut (He et al. 2016, figure 2). Strides of 2 and 2 x 2 poolings halve the
      image, rounding up, so that images of any size fit; 1 x 1 images stay 1 x 1.
    - `fc` and `softmax` average an image over its pixels first; `fc` is a Linear and ReLU.
    - A layer of a user's own `Operation` is the module that the operation makes, unchanged. A copy
      of it is run in evaluation mode on the meta device, without memory, to check that its output
      has the shape that the operation implies. The module itself is left as it is, since it may be
      in use elsewhere. If a copy can't be checked in this way, a wrong shape shows up in the
      forward pass.
    - `linear` and `softmax` are a Linear to `out_features`. `op` averages them. Classifiers
      return the logarithm of the mean class probabilities, which suits `CrossEntropyLoss` (for
      which it is the same as `NLLLoss`); its exponential is the probabilities.

    The network consists of standard PyTorch (and of modules of own operations): `module.code`
    shows its forward function, and `module_source(module)` gives a program that does not need
    this package. Modules are named after the number and the label of their layer, for instance
    `layer_03_conv3`.

    Weights are PyTorch's defaults, with which deep networks with many sigmoids do not train: see
    `lsuv_init_`. Because of batch normalisation, a CNN can't be trained on a batch of one if its
    images have shrunk to 1 x 1: PyTorch raises a ValueError.

    Args:
        architecture: The network.
        in_features: Features of the input, shape (batch, in_features). MLPs only.
        in_channels: Channels of the images, shape (batch, in_channels, height, width). CNNs only.
        out_features: Targets of a regression, classes (at least 2) of a classification.
        dropout: The probability with which each output of a hidden layer is dropped in training
            mode, at least 0 and below 1. At 0 the network has no such modules.

    Returns:
        A module that maps the input to shape (batch, out_features).

    Raises:
        TypeError: `in_features` is missing for an MLP or given for a CNN, or `in_channels` the
            other way round; a number of features, channels or outputs is not a whole number;
            `dropout` is not a number; `architecture` is not an `Architecture`; or an own
            `Operation` makes no module.
        ValueError: A number of features, channels or outputs is too small or too large; `dropout`
            is out of range; the output of the module of an own `Operation` has another shape than
            the operation implies; or this module has no memory.
        ArchitectureError: The networks of this kind are cells, which have no decision layers, or
            the kind is not known in this process.
    """
    inputs = _inputs(architecture, in_features, in_channels)
    outputs = check_whole("out_features", out_features, 1, MAX_SIZE)
    is_classifier = architecture.operations.decision == "softmax"
    if is_classifier and outputs < 2:
        raise ValueError("out_features: expected at least 2 classes for a classifier, got 1.")
    writer = Writer()
    values = [writer.graph.placeholder("inputs")]
    write = _LayerWriter(architecture, inputs, outputs, check_share("dropout", dropout), writer)
    for index in range(1, len(architecture.layers) - 1):
        values.append(write(index, [values[parent] for parent in architecture.parents[index]]))
    decisions = [values[parent] for parent in architecture.parents[-1]]
    write_output = write_log_mean_probability if is_classifier else write_mean_output
    writer.graph.output(write_output(writer, "op", decisions))
    return fx.GraphModule(writer.modules, writer.graph, "Network")


class _LayerWriter:
    """Writes the layers between input and output, in a topological order."""

    def __init__(
        self,
        architecture: Architecture,
        inputs: int,
        outputs: int,
        dropout: float,
        writer: Writer,
    ) -> None:
        self._layers = architecture.layers
        self._operations = architecture.operations
        self._outputs = outputs
        self._dropout = dropout
        self._writer = writer
        self._channels_in, self._channels_out = module_channels(architecture, inputs)
        self._gets_image = _gets_image(architecture)

    def __call__(self, index: int, parents: list[fx.Node]) -> fx.Node:
        layer, writer = self._layers[index], self._writer
        name = layer_name(index, layer)
        is_image = self._gets_image[index]
        value = writer.concatenation(f"{name}_in", parents, dim=1 if is_image else -1)
        channels = self._channels_in[index], self._channels_out[index]
        operation = self._operations.by_label.get(layer.label)
        if operation is not None and not is_built_in(operation, self._operations.is_image):
            stride = layer.stride or 1
            return write_own_layer(writer, name, operation, value, channels, stride, is_image)
        size = filter_size(layer.label)
        if size:
            is_residual = layer.label.startswith("res")
            write = write_residual if is_residual else write_convolution
            return write(writer, name, value, channels, size, layer.stride or 1)
        if layer.label in POOLINGS:
            return write_pooling(writer, name, layer.label, value)
        if is_image:
            value = write_global_average(writer, name, value)
        if layer.label == self._operations.decision:
            return writer.module(name, nn.Linear(channels[0], self._outputs), value)
        activation = "relu" if layer.label == "fc" else layer.label
        assert layer.units is not None  # is_built_in has made sure of it
        value = write_hidden_layer(writer, name, activation, value, channels[0], layer.units)
        if not self._dropout:
            return value
        return writer.module(f"{name}_dropout", nn.Dropout(self._dropout), value)


def layer_name(index: int, layer: Layer) -> str:
    """The name of a layer in the module, for instance `layer_03_max_pool`."""
    return f"layer_{index:02d}_" + re.sub(r"\W", "_", layer.label)


def _gets_image(architecture: Architecture) -> tuple[bool, ...]:
    """For each layer whether its input is an image."""
    if architecture.image_sizes is None:
        return (False,) * len(architecture.layers)
    before, _ = architecture.image_sizes
    return tuple(size is not None for size in before)


def _inputs(architecture: Architecture, in_features: int | None, in_channels: int | None) -> int:
    """The number of features or channels of the input, after a check that the right one came."""
    check_architecture(architecture)
    if architecture.operations.decision is None:
        raise ArchitectureError(
            f"architecture.kind: expected whole networks, got '{architecture.kind}', whose "
            f"networks are cells. Build the network around them yourself."
        )
    given = {"in_features": in_features, "in_channels": in_channels}
    is_image = architecture.operations.is_image
    wanted, other = list(given)[::-1] if is_image else list(given)
    if given[wanted] is None or given[other] is not None:
        raise TypeError(
            f"{wanted}: an architecture of kind '{architecture.kind}' takes {wanted} and not "
            f"{other}, got {wanted}={given[wanted]!r} and {other}={given[other]!r}."
        )
    return check_whole(wanted, given[wanted], 1, MAX_SIZE)
