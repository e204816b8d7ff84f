"""What of a module another one lacks, or has with another value."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

STATE = ("_parameters", "_buffers", "_modules")
WITHOUT_EFFECT = {
    "training",
    "_compiled_call_impl",
    "_is_full_backward_hook",
    "_load_state_dict_post_hooks",
    "_load_state_dict_pre_hooks",
}
"""Attributes that change neither the outputs of a module in a given mode nor its state.

Hooks on loading only change what is loaded later; PyTorch's weight_norm leaves one behind.
"""


def differences(module: nn.Module, other: nn.Module) -> list[str]:
    """The names of what differs: parameters, buffers, submodules, hooks, attributes.

    Values of tensors do not count, nor do their types and devices. An attribute that the other
    module lacks counts if it hides one of the class, for instance a `forward` set by hand.

    Args:
        module: The module.
        other: One that was made anew.
    """
    ours, theirs = _contents(module), _contents(other)
    state = {name for part in STATE for name in getattr(module, part)}
    return [
        name.lstrip("_")
        for name in {**theirs, **ours}
        if ours.get(name) != theirs.get(name)
        and (name in theirs or name in state or hasattr(type(other), name))
    ]


def _contents(module: nn.Module) -> dict[str, str]:
    """Everything that a module has, by name, each as a text that says what matters of it."""
    contents = {}
    for name, value in vars(module).items():
        if name in STATE:
            contents.update({key: _text(part) for key, part in value.items()})
        elif name not in WITHOUT_EFFECT:
            contents[name] = _text(plain(value))
    return contents


def plain(value: object) -> object:
    """A value with Python's numbers in place of those of NumPy and PyTorch."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, np.generic) or (isinstance(value, torch.Tensor) and not value.ndim):
        return value.item()
    return value


def _text(value: object) -> str:
    if isinstance(value, nn.Module):
        return type(value).__name__
    return _tensor(value) if isinstance(value, torch.Tensor) else repr(value)


def _tensor(value: torch.Tensor) -> str:
    hooks = value._backward_hooks, getattr(value, "_post_accumulate_grad_hooks", None)
    parts = type(value).__name__, tuple(value.shape), value.layout, value.requires_grad
    return f"{parts}{' with hooks' if any(hooks) else ''}"
