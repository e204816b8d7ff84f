"""How much a network computes: channels and layer masses (paper, section 3)."""

from __future__ import annotations

import math

from optuna_nasbot.architecture.graph import Architecture
from optuna_nasbot.architecture.graph import check_architecture
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation_set import OperationSet

NON_PROCESSING_SHARE = 0.1
"""Mass of the input, of the output, and of all decision layers, as a share of all other mass."""


def channels(
    architecture: Architecture,
) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Channels into and out of each layer, as the mass of a layer counts them.

    The input has one channel, parents are concatenated, and a layer without units passes its
    channels on. Decision layers and the output give none.

    Returns:
        Two tuples with an entry for each layer, None where it is undefined.
    """
    operations = architecture.operations.by_label
    into: list[int | None] = []
    out: list[int | None] = []
    for layer, parents in zip(architecture.layers, architecture.parents, strict=True):
        arriving = [out[parent] for parent in parents]
        total = sum(count for count in arriving if count is not None)
        into.append(total if arriving and None not in arriving else None)
        if layer.label == INPUT:
            out.append(1)
        elif layer.label in operations:
            out.append(total if layer.units is None else layer.units)
        else:
            out.append(None)
    return tuple(into), tuple(out)


def layer_masses(architecture: Architecture) -> tuple[float, ...]:
    """The mass of each layer: how much it computes.

    Processing layers follow the mass rule of their operation. The input and the output get
    P = max(0.1 * total processing mass, least end mass) each, and decision layers share P equally.
    (The built-in kinds have a least end mass of 100.)

    Raises:
        TypeError: The argument is not an Architecture, or a mass rule does not return a number.
        ArchitectureError: The kind is not known in this process.
        ValueError: A mass rule returns a mass that is negative, NaN or too large.
    """
    check_architecture(architecture)
    return masses_by(architecture.operations, architecture)


def masses_by(operations: OperationSet, architecture: Architecture) -> tuple[float, ...]:
    """The mass of each layer by the rules of an operation set that knows the labels."""
    channels_in, _ = channels(architecture)
    masses = [0.0] * len(architecture.layers)
    decisions = []
    for index, layer in enumerate(architecture.layers):
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


def total_mass(architecture: Architecture) -> float:
    """How much a network computes: the sum of all layer masses (paper, section 3).

    Args:
        architecture: The network.

    Returns:
        The mass. In the built-in kinds the mass of a layer is its channels in times its units,
        that of an `fc` layer a tenth of this, and that of a pool its channels in. The input, the
        output, and all decision layers together each have a tenth of the sum of these, and at
        least 100.

    Raises:
        TypeError: The argument is not an Architecture, or a mass rule does not return a number.
        ArchitectureError: The kind is not known in this process.
        ValueError: A mass rule returns a mass that is negative, NaN or too large.
    """
    return math.fsum(layer_masses(architecture))  # equal under all versions of Python
