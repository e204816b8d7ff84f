"""Parameters and work of each layer of the module that `build_module` makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from typing import Protocol

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.architecture import check_architecture
from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.kinds import filter_size
from optuna_nasbot.architecture.kinds import is_built_in
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.own_modules import module_parameters
from optuna_nasbot.architecture.own_modules import module_work
from optuna_nasbot.architecture.work import Work


class ModuleLayer(Protocol):
    """What is counted of a layer."""

    @property
    def parameters(self) -> int:
        """Its trainable parameters."""

    def work(self, before: int | None, after: int | None) -> Work:
        """What it computes for one example.

        Args:
            before: Side of the image that it gets, None if it gets features.
            after: Side of the image that it gives, None if it gives features.
        """


class LinearMaps(NamedTuple):
    """The linear maps or convolutions of a built-in layer, all with outputs of one size.

    Args:
        weights: Their weights, each of which takes part in one multiply-add per pixel.
        outputs: Values in their outputs per pixel.
        offsets: Biases, or scales and shifts of the batch normalisations.
    """

    weights: int = 0
    outputs: int = 0
    offsets: int = 0

    @property
    def parameters(self) -> int:
        return self.weights + self.offsets

    def work(self, before: int | None, after: int | None) -> Work:
        pixels = 1 if after is None else after**2
        return Work(self.weights * pixels, self.outputs * pixels)

    def and_then(self, other: LinearMaps) -> LinearMaps:
        """These maps and others, counted together."""
        return LinearMaps(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True)
class OwnModule:
    """The module of a user's operation, for given channels in and out and a stride."""

    operation: Operation
    channels: tuple[int, int]
    stride: int

    @property
    def parameters(self) -> int:
        return module_parameters(self.operation, *self.channels, self.stride)

    def work(self, before: int | None, after: int | None) -> Work:
        # A layer that flattens an image gets the average over it.
        image = () if before is None or after is None else (before, before)
        return module_work(self.operation, *self.channels, self.stride, image)


def module_layers(architecture: Architecture, *, inputs: int, outputs: int) -> list[ModuleLayer]:
    """What is counted of each layer, for the arguments of `count_parameters`."""
    check_architecture(architecture)
    inputs = check_whole("inputs", inputs, 1, MAX_SIZE)
    outputs = check_whole("outputs", outputs, 1, MAX_SIZE)
    return list(_module_layers(architecture, inputs, outputs))


def _module_layers(architecture: Architecture, inputs: int, outputs: int) -> Iterator[ModuleLayer]:
    operations = architecture.operations
    channels = zip(*module_channels(architecture, inputs), strict=True)
    for layer, (channels_in, channels_out) in zip(architecture.layers, channels, strict=True):
        operation = operations.by_label.get(layer.label)
        if layer.label == operations.decision:
            yield _dense(channels_in, outputs)
        elif operation is None:
            yield LinearMaps()
        elif is_built_in(operation, operations.is_image):
            yield _built_in(layer, channels_in)
        else:
            yield OwnModule(operation, (channels_in, channels_out), layer.stride or 1)


def module_channels(
    architecture: Architecture, inputs: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Features or channels into and out of each layer of the module.

    These are not those that masses count (`optuna_nasbot.architecture.masses.channels`): here the
    input has as many channels as the data, and `crelu` has two outputs per unit.

    Args:
        architecture: The network.
        inputs: Features (MLP) or channels (CNN) of the input.

    Returns:
        Two tuples with an entry for each layer; decision layers and the output give 0.
    """
    operations = architecture.operations
    into: list[int] = []
    out: list[int] = []
    for layer, parents in zip(architecture.layers, architecture.parents, strict=True):
        total = sum(out[parent] for parent in parents)
        into.append(total)
        out.append(_channels_out(operations, layer, inputs if layer.label == INPUT else total))
    return tuple(into), tuple(out)


def _channels_out(operations: OperationSet, layer: Layer, channels_in: int) -> int:
    if layer.label in (operations.decision, OUTPUT):
        return 0
    if layer.units is None:
        return channels_in
    doubles = layer.label == "crelu" and is_built_in(operations.by_label["crelu"], is_image=False)
    return 2 * layer.units if doubles else layer.units


def _built_in(layer: Layer, channels_in: int) -> LinearMaps:
    if layer.units is None:
        return LinearMaps()
    size = filter_size(layer.label)
    if size == 0:
        return _dense(channels_in, layer.units)
    maps = _convolution(channels_in, layer.units, size)
    if layer.label.startswith("res"):
        maps = maps.and_then(_convolution(layer.units, layer.units, size))
        if layer.stride != 1 or channels_in != layer.units:
            maps = maps.and_then(_convolution(channels_in, layer.units, 1))
    return maps


def _dense(channels_in: int, units: int) -> LinearMaps:
    return LinearMaps(channels_in * units, units, offsets=units)


def _convolution(channels_in: int, units: int, size: int) -> LinearMaps:
    return LinearMaps(channels_in * units * size**2, units, offsets=2 * units)
