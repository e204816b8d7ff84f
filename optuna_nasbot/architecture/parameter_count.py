"""How many trainable parameters the network of an architecture has."""

from __future__ import annotations

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.module_layers import module_layers


def count_parameters(architecture: Architecture, *, inputs: int, outputs: int) -> int:
    """The number of trainable parameters of the module that `build_module` makes.

    It only counts: nothing is allocated, however large the network. Modules of own operations are
    made on the meta device, unless their function shares weights between networks. A module that
    several layers share counts once for each layer.

    Args:
        architecture: The network.
        inputs: Features (MLP) or channels (CNN) of the input.
        outputs: Outputs of the network: targets or classes.

    Returns:
        The sum over all layers of weights, biases, and scales and shifts of batch normalisation.

    Raises:
        TypeError: `architecture` is not an Architecture, `inputs` or `outputs` is not a whole
            number, or an own operation makes no module, as in cells.
        ValueError: `inputs` or `outputs` is less than 1 or more than 2**31 - 1.
        ArchitectureError: The kind of the network is not known in this process.
    """
    return sum(parameters_by_layer(architecture, inputs=inputs, outputs=outputs))


def parameters_by_layer(
    architecture: Architecture, *, inputs: int, outputs: int
) -> tuple[int, ...]:
    """The trainable parameters of each layer, for the arguments of `count_parameters`."""
    layers = module_layers(architecture, inputs=inputs, outputs=outputs)
    return tuple(layer.parameters for layer in layers)
