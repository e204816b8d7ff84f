"""What a user's module computes, counted by running a copy of it that takes no memory."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.without_memory import MakesTensorsError
from optuna_nasbot.architecture.without_memory import leaves_no_trace
from optuna_nasbot.architecture.without_memory import output_without_memory
from optuna_nasbot.architecture.work import Work


def work_of(module: Any, label: str, given: tuple[int, ...]) -> Work:
    """What a module computes for an input, as `torch.utils.flop_counter` counts it.

    Args:
        module: The module; it is not changed.
        label: The label of its operation, for messages.
        given: The shape of the input, with a batch of one.

    Raises:
        ValueError: A copy can't be run on the meta device.
    """
    counter: Any = FlopCounterMode(display=False)
    counter.mod_tracker = _NoTracker()
    outputs = _Outputs(counter.flop_registry)
    where = (
        f"operation '{label}', module: expected one whose multiply-adds can be counted by running "
        f"it on the device meta, without memory, for an input of shape {given}, got one that"
    )
    if not leaves_no_trace(module):
        raise ValueError(f"{where} has hooks of its own or is compiled.")
    try:
        with outputs, counter:
            output_without_memory(module, given)
    except MakesTensorsError:
        raise ValueError(
            f"{where} makes a tensor on no device in particular in its forward pass. Pass the "
            f"device of the input: device=x.device."
        ) from None
    except Exception as error:  # whatever the user's code raises
        raise ValueError(f"{where} raised {type(error).__name__}: {shown(str(error))}") from error
    return Work(counter.get_total_flops() // 2, outputs.total)


class _NoTracker:
    """Takes the place of the counter's hooks, which all modules in all threads would call."""

    parents = ("Global",)

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...


class _Outputs(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the values in the outputs of some functions.

    Args:
        functions: The functions of PyTorch to count.
    """

    def __init__(self, functions: Collection[Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0
        self._functions = functions

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        if func._overloadpacket in self._functions:
            first = output if isinstance(output, torch.Tensor) else output[0]
            self.total += first.numel()
        return output
