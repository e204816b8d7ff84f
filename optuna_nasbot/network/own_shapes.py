"""What a user's own module gives, found out by running a copy that has no memory."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

BATCH = 2
SIDES = (336, 105, 8, 32, 33, 420)
"""Sides of the images that a module is tried on until it is right.

The first are sides that few images have, since a module may keep a mask for each size it meets.

Even and odd, since it may suit either, and multiples of small numbers, as those that cut images
into patches need them. A side of 1 would hide a wrong stride.
"""

MAKE_TENSORS = frozenset(
    "arange as_tensor asarray empty empty_strided eye from_numpy frombuffer full linspace "
    "logspace normal ones rand randint randn randperm range scalar_tensor tensor tril_indices "
    "triu_indices zeros".split()
)
"""Functions of `torch` that make tensors of numbers, by default on the default device."""

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """A run of a module.

    Args:
        given: The shape of the input.
        expected: The shape that the output has to have.
        got: The shape of the output; the name of its type if it is no tensor.
    """

    given: Shape
    expected: Shape
    got: Shape | str


def wrong_run(module: nn.Module, channels: tuple[int, int], factor: int | None) -> Run | None:
    """A run that shows that a module gives a wrong shape, whatever the size of the images.

    A copy is run on the meta device, so that nothing is left on the module, which may be in use
    in other networks and threads, and no memory is taken. In doubt a module is right, and PyTorch
    tells in the forward pass: where the copy does not run, and where it may suit some images.

    Args:
        module: The module; it is not changed.
        channels: Channels into and out of it.
        factor: By how much it has to shrink an image, rounding up; None for features.

    Returns:
        The run; None if the module is right, or may be.
    """
    if not all(_leaves_no_trace(part) for part in module.modules()):
        return None
    runs: list[Run] = []
    for side in SIDES if factor else (None,):
        try:
            run = _run(module, channels, factor, side)
        except _MakesTensorsError:
            return None
        if run is not None and run.got == run.expected:
            return None
        if run is not None:
            runs.append(run)
    is_wrong = runs and not (factor and _may_suit(runs, factor))
    return min(runs, key=lambda run: run.given) if is_wrong else None


def _run(
    module: nn.Module, channels: tuple[int, int], factor: int | None, side: int | None
) -> Run | None:
    """A run on images of a side, or on features; None if the copy does not run.

    Raises:
        _MakesTensorsError: The module makes a tensor on no device in particular.
    """
    image = () if side is None else (side, side)
    given = (BATCH, channels[0], *image)
    expected = (BATCH, channels[1], *(-(-each // (factor or 1)) for each in image))
    try:
        return Run(given, expected, _output_shape(module, given))
    except _MakesTensorsError:
        raise
    except Exception:  # whatever the user's code raises
        return None


def _may_suit(runs: Sequence[Run], factor: int) -> bool:
    """Whether images of some size may get the right shape, though none of these did."""
    shapes = [
        (run.expected, run.got)
        for run in runs
        if isinstance(run.got, tuple) and len(run.got) == len(run.expected)
    ]
    if not shapes:
        return False
    # A larger batch: `view(-1, 16 * 5 * 5)` got an image of another size than it is written for.
    shapes = [(expected, got) for expected, got in shapes if got[0] <= BATCH]
    for dim in range(len(runs[0].expected)):
        sizes = {got[dim] for _, got in shapes}
        is_right = not sizes or any(expected[dim] == got[dim] for expected, got in shapes)
        # A side that does not follow the image, as of `AdaptiveAvgPool2d(4)`, suits one size.
        is_fixed = dim > 1 and len(sizes) == 1 and factor * min(sizes) > 1
        if not (is_right or is_fixed):
            return False
    return True


def _leaves_no_trace(part: nn.Module) -> bool:
    """Whether a copy may run: hooks may keep what they see, and compiled modules are compiled."""
    hooks = [*part._forward_pre_hooks.values(), *part._forward_hooks.values()]
    are_torch = all(str(getattr(hook, "__module__", "")).startswith("torch.") for hook in hooks)
    return are_torch and not hasattr(part, "_orig_mod")


def _output_shape(module: nn.Module, given: Shape) -> Shape | str:
    """What a copy of a module gives in evaluation mode, on the meta device.

    Raises:
        Exception: Any, where the module can't be copied or run in this way.
    """
    with torch.no_grad(), _kept_random_states():
        with torch.device("meta"), _WithoutMemory():
            copied = copy.deepcopy(module)
        state = [*copied.parameters(), *copied.buffers()]
        is_shared = not set(copied.modules()).isdisjoint(module.modules())
        if is_shared or not all(tensor.is_meta for tensor in state):
            raise ValueError("The module copies itself in a way of its own.")
        dtypes = [tensor.dtype for tensor in state if tensor.is_floating_point()]
        inputs = torch.empty(given, dtype=dtypes[0] if dtypes else None, device="meta")
        with _NothingForOthers():
            output = copied.eval()(inputs)
    return tuple(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__


class _WithoutMemory(TorchFunctionMode):
    """Copies tensors to the meta device and makes new ones there, even those meant for the CPU.

    So nothing is drawn from PyTorch's random generators, which threads share, and modules can be
    copied whose weights can't: those that pruning computes.
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


class _MakesTensorsError(Exception):
    """A module makes a tensor on no device in particular."""


class _NothingForOthers(TorchFunctionMode):
    """Stops a run that makes a tensor on no device in particular.

    A module may make it once and keep it for all forward passes, where one without memory would
    stay in the way. So no random numbers are drawn on the CPU either.
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
            raise _MakesTensorsError
        return func(*args, **options)


@contextmanager
def _kept_random_states() -> Iterator[None]:
    """Undo what is drawn from the generators of Python and NumPy, which know no meta device.

    Where other threads run, what is drawn stays drawn.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        # Other threads would draw the same numbers again where a generator is set back.
        if threading.active_count() == 1:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002
