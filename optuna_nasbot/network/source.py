"""The code of a network, to run without this package."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import torch
from torch import fx
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from optuna_nasbot.network.differences import differences
from optuna_nasbot.network.differences import plain

PLAIN_MODULES = (nn.Linear, nn.Conv2d, nn.BatchNorm2d, nn.Dropout)
"""Modules that keep all arguments of their constructor as attributes of the same names."""

REMEDY = (
    "First remove what was added to it (by torch.nn.utils.prune.remove, remove_weight_norm, "
    "remove_spectral_norm, torch.nn.utils.parametrize.remove_parametrizations, or remove() of "
    "the handle that registering a hook returned), and undo what was changed by hand."
)


def module_source(module: fx.GraphModule) -> str:
    """The network as a Python program that needs nothing but PyTorch.

    The program defines a class `Network`. `Network()` has modules with the same names, and its
    `load_state_dict` takes the state of the original. Shared layers and weights are shared there,
    too, and frozen weights are frozen. Like any new module, it is in training mode, on the default
    device and of the default type.

    Args:
        module: What `build_module` made.

    Returns:
        The program, as text.

    Raises:
        TypeError: `module` is not a `torch.fx.GraphModule`; one of its layers is none of
            `torch.nn.Linear`, `Conv2d`, `BatchNorm2d` and `Dropout`, for instance a user's own; or
            the program could not take its state or would not compute the same: because of pruning,
            another parametrisation, a hook, a parameter or buffer that was added, an attribute
            that was changed, or a function that is not one of PyTorch.
    """
    if not isinstance(module, fx.GraphModule):
        raise TypeError(
            f"module: expected what build_module returns, got {type(module).__name__}."
        )
    layers = {
        name: layer
        for name, layer in module.named_modules(remove_duplicate=False)
        if name and "." not in name
    }
    for name, layer in layers.items():
        _check_is_plain(f"module.{name}", layer)
    constructors = "\n".join(_constructors(layers))
    source = (
        "import torch\n\n\n"
        "class Network(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"{textwrap.indent(constructors, 8 * ' ')}\n\n"
        f"{textwrap.indent(_forward(module), 4 * ' ')}\n"
    )
    made = _made_by(source)
    _check_is_same("module", module, made)
    for name, layer in layers.items():
        _check_is_same(f"module.{name}", layer, made.get_submodule(name))
    return source


def _check_is_plain(where: str, layer: nn.Module) -> None:
    if is_parametrized(layer):
        raise TypeError(
            f"{where}: expected a layer with weights of its own, got one with parametrizations. "
            f"{REMEDY}"
        )
    if type(layer) not in PLAIN_MODULES:
        raise TypeError(
            f"{where}: expected one of {[plain.__name__ for plain in PLAIN_MODULES]}, "
            f"got {type(layer).__name__}, whose code you have to keep yourself. "
            f"`Architecture.to_dict` keeps the network itself."
        )


def _constructors(layers: Mapping[str, nn.Module]) -> Iterator[str]:
    """Lines that make the layers; what is shared is made once."""
    made: dict[int, str] = {}
    for name, layer in layers.items():
        if id(layer) in made:
            yield f"self.{name} = {made[id(layer)]}"
            continue
        made[id(layer)] = f"self.{name}"
        yield f"self.{name} = torch.nn.{type(layer).__name__}({', '.join(_arguments(layer))})"
        for key, tensor in (*layer.named_parameters(), *layer.named_buffers()):
            place = f"self.{name}.{key}"
            if made.setdefault(id(tensor), place) != place:
                yield f"{place} = {made[id(tensor)]}"
            elif isinstance(tensor, nn.Parameter) and not tensor.requires_grad:
                yield f"{place}.requires_grad_(False)"


def _arguments(layer: nn.Module) -> Iterator[str]:
    """The arguments that make a layer, without defaults, which older versions may not know.

    What PyTorch prints of a layer is not code: it leaves out quotes and some arguments.
    """
    for name, parameter in inspect.signature(type(layer)).parameters.items():
        if name in ("device", "dtype"):
            continue
        value = plain(getattr(layer, name)) if name != "bias" else None
        if name == "bias":  # without effect, and left at its default, if a layer has no parameters
            value = layer.bias is not None or layer.weight is None
        if value not in (parameter.default, (parameter.default, parameter.default)):
            yield f"{name}={value!r}"


def _forward(module: fx.GraphModule) -> str:
    """The forward function, without the lines `name = None` by which fx frees memory."""
    program = ast.parse(module.code)
    (forward,) = (node for node in program.body if isinstance(node, ast.FunctionDef))
    forward.body = [line for line in forward.body if not _assigns_none(line)]
    names = [node for node in ast.walk(forward) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    given = {argument.arg for argument in forward.args.args}
    unknown = {node.id for node in names} - made - given - {"torch"} - {*dir(builtins)}
    if unknown:
        raise TypeError(
            f"module: expected a graph that calls functions of PyTorch only, got one that needs "
            f"{sorted(unknown)}, whose code you have to keep yourself."
        )
    # PyTorch prints some functions by their private names; these are the documented ones.
    return ast.unparse(forward).replace("torch._C._nn.", "torch.nn.functional.")


def _assigns_none(line: ast.stmt) -> bool:
    return (
        isinstance(line, ast.Assign)
        and isinstance(line.value, ast.Constant)
        and line.value.value is None
    )


def _made_by(source: str) -> nn.Module:
    """The network that a program makes, without memory."""
    namespace: dict[str, Any] = {}
    try:
        with torch.device("meta"):
            exec(source, namespace)
            network: nn.Module = namespace["Network"]()
    except Exception as error:
        raise TypeError(
            f"module: expected names and arguments of layers that can be written as code, got "
            f"some that can't: {type(error).__name__}: {error}"
        ) from error
    return network


def _check_is_same(where: str, module: nn.Module, made: nn.Module) -> None:
    """Refuse a module that differs from what the program makes."""
    different = differences(module, made)
    if different:
        raise TypeError(
            f"{where}: expected what its constructor makes, got a module that differs in "
            f"{different}. {REMEDY}"
        )
