"""The code of a network, which runs without this package."""

from __future__ import annotations

import textwrap

from torch import fx
from torch import nn

PLAIN_MODULES = (nn.Linear, nn.Conv2d, nn.BatchNorm2d)
"""Modules that PyTorch prints as the arguments that make them."""


def module_source(module: fx.GraphModule) -> str:
    """The network as a Python program that needs nothing but PyTorch.

    The program defines a class `Network`, made by `Network()`, whose modules have the same names
    and whose `load_state_dict` takes the state of the original.

    Args:
        module: What `build_module` made.

    Returns:
        The program.

    Raises:
        TypeError: The module is none of `build_module`, or one of its layers is something else
            than `torch.nn.Linear`, `Conv2d` and `BatchNorm2d`: a user's own, for instance.
    """
    if not isinstance(module, fx.GraphModule):
        raise TypeError(
            f"module: expected what build_module returns, got {type(module).__name__}."
        )
    for name, child in module.named_children():
        if type(child) not in PLAIN_MODULES:
            raise TypeError(
                f"module.{name}: expected one of {[plain.__name__ for plain in PLAIN_MODULES]}, "
                f"got {type(child).__name__}, whose code is yours to keep. "
                f"`Architecture.to_dict` keeps the network itself."
            )
    constructors = "\n".join(
        f"self.{name} = torch.nn.{_constructor(child)}" for name, child in module.named_children()
    )
    # The documented name of what PyTorch prints by its private one.
    forward = module.code.strip().replace("torch._C._nn.", "torch.nn.functional.")
    return (
        "import torch\n\n\n"
        "class Network(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"{textwrap.indent(constructors, 8 * ' ')}\n\n"
        f"{textwrap.indent(forward, 4 * ' ')}\n"
    )


def _constructor(module: nn.Module) -> str:
    """What makes a module, without a default that batch normalisation has since torch 2.13."""
    return repr(module).replace(", bias=True", "")
