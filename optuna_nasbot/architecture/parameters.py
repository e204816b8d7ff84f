"""How many trainable parameters the network of an architecture has."""

from __future__ import annotations

from contextlib import nullcontext
from weakref import WeakKeyDictionary

from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.graph import Architecture
from optuna_nasbot.architecture.graph import check_architecture
from optuna_nasbot.architecture.kinds import filter_size
from optuna_nasbot.architecture.kinds import is_built_in
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.architecture.operation import Operation

_MAX_COUNTS = 4096
_RARE_WIDTH = 1680
"""More than spaces have by default, and a multiple of small numbers, as groups and heads want."""
# An objective may make its operations anew in each trial: they are not kept alive.
_COUNTS: WeakKeyDictionary[Operation, dict[tuple[int, ...], int]] = WeakKeyDictionary()
_KEEPS_PARAMETERS: WeakKeyDictionary[Operation, bool] = WeakKeyDictionary()


def count_parameters(architecture: Architecture, *, inputs: int, outputs: int) -> int:
    """The number of trainable parameters of the module that `build_module` makes.

    It only counts: nothing is allocated, however large the network. Modules of own operations are
    made on the meta device, unless their function shares weights between networks. One that
    several layers share counts once a layer.

    Args:
        architecture: The network.
        inputs: Features (MLP) or channels (CNN) of the input.
        outputs: Outputs of the network: targets or classes.

    Returns:
        The sum over all layers of weights, biases, and scales and shifts of batch normalisation.

    Raises:
        TypeError: The network is no Architecture, `inputs` or `outputs` is no whole number, or an
            own operation makes no module, as in cells.
        ValueError: `inputs` or `outputs` is less than 1 or more than 2**31 - 1.
        ArchitectureError: The kind of the network is not known in this process.
    """
    return sum(parameters_by_layer(architecture, inputs=inputs, outputs=outputs))


def parameters_by_layer(
    architecture: Architecture, *, inputs: int, outputs: int
) -> tuple[int, ...]:
    """The trainable parameters of each layer, for the arguments of `count_parameters`."""
    check_architecture(architecture)
    inputs = check_whole("inputs", inputs, 1, MAX_SIZE)
    outputs = check_whole("outputs", outputs, 1, MAX_SIZE)
    operations = architecture.operations
    channels = zip(*module_channels(architecture, inputs), strict=True)
    counts = []
    for layer, (channels_in, channels_out) in zip(architecture.layers, channels, strict=True):
        operation = operations.by_label.get(layer.label)
        if layer.label == operations.decision:
            counts.append(_dense(channels_in, outputs))
        elif operation is None:
            counts.append(0)
        elif is_built_in(operation, operations.is_image):
            counts.append(_layer(layer, channels_in))
        else:
            counts.append(_own(operation, channels_in, channels_out, layer.stride or 1))
    return tuple(counts)


def module_channels(
    architecture: Architecture, inputs: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Features or channels into and out of each layer of the module.

    Unlike `optuna_nasbot.architecture.cost.channels`, which the masses count: the input has as
    many channels as the data, and `crelu` gives two outputs a unit.

    Args:
        architecture: The network.
        inputs: Features (MLP) or channels (CNN) of the input.

    Returns:
        Two tuples with an entry a layer; decision layers and the output give 0.
    """
    into: list[int] = []
    out: list[int] = []
    for layer, parents in zip(architecture.layers, architecture.parents, strict=True):
        total = sum(out[parent] for parent in parents)
        into.append(total)
        out.append(_channels_out(architecture, layer, inputs if layer.label == INPUT else total))
    return tuple(into), tuple(out)


def _channels_out(architecture: Architecture, layer: Layer, channels_in: int) -> int:
    operations = architecture.operations
    if layer.label in (operations.decision, OUTPUT):
        return 0
    if layer.units is None:
        return channels_in
    doubles = layer.label == "crelu" and is_built_in(operations.by_label["crelu"], is_image=False)
    return 2 * layer.units if doubles else layer.units


def _own(operation: Operation, *arguments: int) -> int:
    """The parameters of an own layer of some channels in, channels out and stride."""
    counts = _COUNTS.setdefault(operation, {})
    if arguments not in counts:
        if len(counts) >= _MAX_COUNTS:
            counts.clear()
        counts[arguments] = _counted(operation, *arguments)
    return counts[arguments]


def _counted(operation: Operation, channels_in: int, channels_out: int, stride: int) -> int:
    # Imported here because torch is slow to import, and most spaces have no layers of this sort.
    import torch

    # On the meta device, without memory for the parameters; but not where the function would keep
    # such a module and give it to `build_module`.
    if operation not in _KEEPS_PARAMETERS:
        _KEEPS_PARAMETERS[operation] = _keeps_parameters(operation)
    with nullcontext() if _KEEPS_PARAMETERS[operation] else torch.device("meta"):
        made = operation.make_module(channels_in, channels_out, stride)
    return sum(parameter.numel() for parameter in made.parameters() if parameter.requires_grad)


def _keeps_parameters(operation: Operation) -> bool:
    """Whether the function of an operation gives parameters that it gave before.

    So do functions that share weights between networks. It is told from two modules on the meta
    device, of a width that few networks have, since such a function keeps them; one that can't be
    made tells nothing.
    """
    import torch

    with torch.device("meta"):
        try:
            made = [operation.make_module(_RARE_WIDTH, _RARE_WIDTH, 1) for _ in range(2)]
        except Exception:  # whatever the user's code raises
            return False
    first, second = ({id(parameter) for parameter in module.parameters()} for module in made)
    return not first.isdisjoint(second)


def _layer(layer: Layer, channels_in: int) -> int:
    if layer.units is None:
        return 0
    size = filter_size(layer.label)
    if size == 0:
        return _dense(channels_in, layer.units)
    count = _convolution(channels_in, layer.units, size)
    if layer.label.startswith("res"):
        count += _convolution(layer.units, layer.units, size)
        if layer.stride != 1 or channels_in != layer.units:
            count += _convolution(channels_in, layer.units, 1)
    return count


def _dense(channels_in: int, units: int) -> int:
    return (channels_in + 1) * units


def _convolution(channels_in: int, units: int, size: int) -> int:
    return channels_in * units * size**2 + 2 * units
