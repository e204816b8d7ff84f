"""Parameters and work of the modules of users' own operations, each counted only once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from typing import TypeVar
from weakref import WeakKeyDictionary

from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.architecture.work import Work

_MAX_COUNTS = 4096
_RARE_WIDTH = 1680
"""Wider than spaces allow by default, and a multiple of small numbers, for groups and heads."""

_Count = TypeVar("_Count")
_Counts = WeakKeyDictionary[Operation, dict[tuple[Any, ...], _Count]]

# Weak, since an objective may make its operations anew in each trial.
_PARAMETERS: _Counts[int] = WeakKeyDictionary()
_WORK: _Counts[Work] = WeakKeyDictionary()
_KEEPS_PARAMETERS: WeakKeyDictionary[Operation, bool] = WeakKeyDictionary()


def module_parameters(
    operation: Operation, channels_in: int, channels_out: int, stride: int
) -> int:
    """The trainable parameters of the module that an operation makes.

    Raises:
        TypeError: It makes none.
    """
    return _once(_PARAMETERS, _parameters, operation, channels_in, channels_out, stride)


def module_work(
    operation: Operation,
    channels_in: int,
    channels_out: int,
    stride: int,
    image: tuple[int, ...],
) -> Work:
    """What the module that an operation makes computes for one example.

    Args:
        operation: The operation.
        channels_in: Channels into the module.
        channels_out: Channels out of it.
        stride: Its stride.
        image: Height and width of the image that it gets, () if it gets features.

    Raises:
        TypeError: The operation makes no module.
        ValueError: A copy of the module can't be run on the meta device.
    """
    return _once(_WORK, _work, operation, channels_in, channels_out, stride, image)


def _once(
    counts: _Counts[_Count],
    count: Callable[..., _Count],
    operation: Operation,
    *arguments: Any,
) -> _Count:
    known = counts.setdefault(operation, {})
    found = known.get(arguments)
    if found is None:
        found = count(operation, *arguments)
        if len(known) >= _MAX_COUNTS:
            known.clear()
        known[arguments] = found
    return found


def _parameters(operation: Operation, *arguments: int) -> int:
    made = _made(operation, *arguments)
    return sum(parameter.numel() for parameter in made.parameters() if parameter.requires_grad)


def _work(
    operation: Operation,
    channels_in: int,
    channels_out: int,
    stride: int,
    image: tuple[int, ...],
) -> Work:
    # Imported here because torch is slow to import, and most spaces have no layers of this sort.
    from optuna_nasbot.architecture.own_work import work_of

    module = _made(operation, channels_in, channels_out, stride)
    return work_of(module, operation.label, (1, channels_in, *image))


def _made(operation: Operation, channels_in: int, channels_out: int, stride: int) -> Any:
    """The module that an operation makes, without memory if that leaves nothing behind."""
    import torch

    # On the meta device parameters take no memory. But a function that keeps its modules would
    # later give such a module to `build_module`.
    if operation not in _KEEPS_PARAMETERS:
        _KEEPS_PARAMETERS[operation] = _keeps_parameters(operation)
    with nullcontext() if _KEEPS_PARAMETERS[operation] else torch.device("meta"):
        return operation.make_module(channels_in, channels_out, stride)


def _keeps_parameters(operation: Operation) -> bool:
    """Whether the function of an operation returns parameters that it has returned before.

    Functions that share weights between networks do. To find out, two modules are made on the meta
    device, with a width that few networks have, since such a function keeps them. A module that
    can't be made tells nothing.
    """
    import torch

    with torch.device("meta"):
        try:
            made = [operation.make_module(_RARE_WIDTH, _RARE_WIDTH, 1) for _ in range(2)]
        except Exception:  # whatever the user's code raises
            return False
    first, second = ({id(parameter) for parameter in module.parameters()} for module in made)
    return not first.isdisjoint(second)
