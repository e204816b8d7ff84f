"""Runs of a user's module that take no memory and leave nothing behind."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

MAKE_TENSORS = frozenset(
    "arange as_tensor asarray empty empty_strided eye from_numpy frombuffer full linspace "
    "logspace normal ones rand randint randn randperm range scalar_tensor tensor tril_indices "
    "triu_indices zeros".split()
)
"""Functions of `torch` that make tensors of numbers, by default on the default device."""


class MakesTensorsError(Exception):
    """A module makes a tensor on no device in particular."""


def leaves_no_trace(module: Any) -> bool:
    """Whether a copy may run: hooks may keep what they see, compiled modules would compile."""
    return all(_part_leaves_no_trace(part) for part in module.modules())


def _part_leaves_no_trace(part: Any) -> bool:
    hooks = [*part._forward_pre_hooks.values(), *part._forward_hooks.values()]
    are_torch = all(str(getattr(hook, "__module__", "")).startswith("torch.") for hook in hooks)
    return are_torch and not hasattr(part, "_orig_mod")


def output_without_memory(module: Any, given: tuple[int, ...]) -> Any:
    """The output of a copy of a module in evaluation mode, on the meta device.

    Args:
        module: The module; it is not changed, and may be in use in other networks and threads.
        given: The shape of the input.

    Raises:
        MakesTensorsError: The module makes a tensor on no device in particular.
        Exception: Any, where the module can't be copied or run in this way.
    """
    with torch.no_grad(), _kept_random_states():
        with torch.device("meta"), _WithoutMemory():
            copied = copy.deepcopy(module)
        state = [*copied.parameters(), *copied.buffers()]
        is_shared = not set(copied.modules()).isdisjoint(module.modules())
        if is_shared or not all(tensor.is_meta for tensor in state):
            raise ValueError("A copy of the module shares parts with it or takes memory.")
        dtypes = [tensor.dtype for tensor in state if tensor.is_floating_point()]
        inputs = torch.empty(given, dtype=dtypes[0] if dtypes else None, device="meta")
        with _NothingForOthers():
            return copied.eval()(inputs)


class _WithoutMemory(TorchFunctionMode):
    """Copies tensors to the meta device and makes new ones there, even those meant for the CPU.

    So nothing is drawn from PyTorch's random generators, which threads share. And modules can be
    copied even if their weights, computed by pruning, can't.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in (torch.Tensor.__deepcopy__, torch.Tensor.clone):
            return torch.empty_like(args[0], device="meta")
        options = dict(kwargs or {})
        if "device" in options:
            options["device"] = "meta"
        return func(*args, **options)


class _NothingForOthers(TorchFunctionMode):
    """Stops a run that makes a tensor on no device in particular.

    A module may make such a tensor once and keep it for all forward passes; one without memory
    would break these. So no random numbers are drawn on the CPU either.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = kwargs or {}
        is_on_meta = torch.device(options.get("device") or "cpu").type == "meta"
        if getattr(func, "__name__", None) in MAKE_TENSORS and not is_on_meta:
            raise MakesTensorsError
        return func(*args, **options)


@contextmanager
def _kept_random_states() -> Iterator[None]:
    """Restore the random generators of Python and NumPy, which know no meta device.

    While other threads run, they are not restored.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        # Other threads would draw the same numbers again from a generator that is restored.
        if threading.active_count() == 1:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002
