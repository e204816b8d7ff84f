"""How many parameters each layer has."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.parameter_count import parameters_by_layer


def layer_parameters(
    architecture: Architecture, inputs: int | None, outputs: int | None
) -> Sequence[int | None]:
    """The number of trainable parameters of each layer in the module that `build_module` makes.

    Args:
        architecture: The network.
        inputs: Features or channels of the input; None to count nothing.
        outputs: Targets or classes; None to count nothing.

    Raises:
        TypeError: Only one of the two is given, or one is not a whole number.
        ValueError: One is too small or too large.
        ArchitectureError: The network is a cell.
    """
    if inputs is None and outputs is None:
        return [None] * len(architecture.layers)
    if inputs is None or outputs is None:
        raise TypeError(
            f"inputs, outputs: expected both or none, since parameters depend on both, "
            f"got {inputs!r} and {outputs!r}."
        )
    if architecture.operations.decision is None:
        raise ArchitectureError(
            f"inputs, outputs: expected none for kind '{architecture.kind}', whose networks are "
            f"cells: their parameters depend on the network around them, which is yours."
        )
    return parameters_by_layer(architecture, inputs=inputs, outputs=outputs)


def parameters_text(
    architecture: Architecture, inputs: int | None, outputs: int | None
) -> str | None:
    """The number of all parameters as text, None where `layer_parameters` counts none."""
    counts = [each for each in layer_parameters(architecture, inputs, outputs) if each is not None]
    return f"{sum(counts):,}" if counts else None
