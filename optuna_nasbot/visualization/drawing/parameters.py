"""How many parameters each layer has."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_whole


def layer_parameters(
    architecture: Architecture, inputs: int | None, outputs: int | None
) -> Sequence[int | None]:
    """The number of trainable parameters of each layer in the module that `build_module` makes.

    They are counted there, on a module without memory.

    Args:
        architecture: The network.
        inputs: Features or channels of the input; None to count nothing.
        outputs: Targets or classes; None to count nothing.

    Raises:
        TypeError: Only one of the two is given, or one is no whole number.
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
    inputs = check_whole("inputs", inputs, 1, MAX_SIZE)
    outputs = check_whole("outputs", outputs, 1, MAX_SIZE)
    # Imported here because torch is slow to import.
    import torch

    from optuna_nasbot.network import build_module
    from optuna_nasbot.network.build import layer_name

    size = {"in_channels" if architecture.operations.is_image else "in_features": inputs}
    with torch.device("meta"):
        parameters = list(
            build_module(architecture, **size, out_features=outputs).named_parameters()
        )
    return [
        sum(
            parameter.numel()
            for name, parameter in parameters
            if parameter.requires_grad and name.startswith(layer_name(index, layer))
        )
        for index, layer in enumerate(architecture.layers)
    ]
