"""Channels and masses of layers: how much each of them computes (paper, section 3)."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.topology import Neighbours

NON_PROCESSING_SHARE = 0.1
"""Mass of the input, of the output, and of all decision layers, as a share of all other mass."""


def channels(
    layers: Sequence[Layer], parents: Neighbours, operations: OperationSet
) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Channels into and out of each layer, as the mass of a layer counts them.

    The input has one channel, parents are concatenated, and a layer without units passes its
    channels on. Decision layers and the output give none.

    Args:
        layers: The layers, in a topological order.
        parents: For each layer the layers that feed it.
        operations: The operations of these layers.

    Returns:
        Two tuples with an entry for each layer, None where it is undefined.
    """
    into: list[int | None] = []
    out: list[int | None] = []
    for layer, feeding in zip(layers, parents, strict=True):
        arriving = [out[parent] for parent in feeding]
        total = sum(count for count in arriving if count is not None)
        into.append(total if arriving and None not in arriving else None)
        if layer.label == INPUT:
            out.append(1)
        elif layer.label in operations.by_label:
            out.append(total if layer.units is None else layer.units)
        else:
            out.append(None)
    return tuple(into), tuple(out)


def masses_of(
    layers: Sequence[Layer], parents: Neighbours, operations: OperationSet
) -> tuple[float, ...]:
    """The mass of each layer.

    Processing layers follow the mass rule of their operation. The input and the output get
    P = max(0.1 * total processing mass, least end mass) each, and decision layers share P equally.
    (The built-in kinds have a least end mass of 100.)

    Args:
        layers: The layers, in a topological order.
        parents: For each layer the layers that feed it.
        operations: The operations of these layers.

    Raises:
        TypeError: A mass rule does not return a number.
        ValueError: A mass rule returns a mass that is negative, NaN or too large.
    """
    channels_in, _ = channels(layers, parents, operations)
    masses = [0.0] * len(layers)
    decisions = []
    for index, layer in enumerate(layers):
        operation = operations.by_label.get(layer.label)
        if operation is not None:
            masses[index] = operation.layer_mass(channels_in[index] or 0, layer.units or 0)
        elif layer.label == operations.decision:
            decisions.append(index)
    share = max(NON_PROCESSING_SHARE * sum(masses), operations.least_end_mass)
    masses[0] = masses[-1] = share
    for index in decisions:
        masses[index] = share / len(decisions)
    return tuple(masses)
