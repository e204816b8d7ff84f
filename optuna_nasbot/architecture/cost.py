"""How much a network computes (paper, section 3)."""

from __future__ import annotations

import math

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.architecture import check_architecture
from optuna_nasbot.architecture.masses import masses_of


def layer_masses(architecture: Architecture) -> tuple[float, ...]:
    """The mass of each layer: how much it computes; see `optuna_nasbot.architecture.masses`.

    Raises:
        TypeError: The argument is not an Architecture, or a mass rule does not return a number.
        ArchitectureError: The kind is not known in this process.
        ValueError: A mass rule returns a mass that is negative, NaN or too large.
    """
    check_architecture(architecture)
    return masses_of(architecture.layers, architecture.parents, architecture.operations)


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
