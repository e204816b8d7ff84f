"""What a user's own module gives, found out by running a copy that has no memory."""

from __future__ import annotations

import copy
import pickle
import random
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
SIDES = (8, 32, 33, 420)
"""Sides of the images that a module is tried on until it is right.

Even and odd, since it may suit either, and multiples of small numbers, as those that cut images
into patches need them. A side of 1 would hide a wrong stride.
"""

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
    runs = []
    for image in [(side, side) for side in SIDES] if factor else [()]:
        given = (BATCH, channels[0], *image)
        expected = (BATCH, channels[1], *(-(-side // (factor or 1)) for side in image))
        try:
            got = _output_shape(module, given)
        except Exception:  # whatever the user's code raises
            continue
        if got == expected:
            return None
        runs.append(Run(given, expected, got))
    is_wrong = runs and not (factor and _may_suit(runs, factor))
    return runs[0] if is_wrong else None


def _may_suit(runs: Sequence[Run], factor: int) -> bool:
    """Whether images of some size may get the right shape, though none of these did."""
    shapes = [
        (run.expected, run.got)
        for run in runs
        if isinstance(run.got, tuple) and len(run.got) == len(run.expected)
    ]
    if not shapes:
        return False
    # Another batch: `view(-1, 16 * 5 * 5)` got an image of another size than it is written for.
    shapes = [(expected, got) for expected, got in shapes if got[0] == BATCH]
    for dim in range(1, len(runs[0].expected)):
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
    with torch.no_grad(), torch.device("meta"), _WithoutMemory(), _kept_random_states():
        copied = copy.deepcopy(module)
        state = [*copied.parameters(), *copied.buffers()]
        is_shared = not set(copied.modules()).isdisjoint(module.modules())
        if is_shared or not all(tensor.is_meta for tensor in state):
            raise ValueError("The module copies itself in a way of its own.")
        dtypes = [tensor.dtype for tensor in state if tensor.is_floating_point()]
        inputs = torch.empty(given, dtype=dtypes[0] if dtypes else None)
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


@contextmanager
def _kept_random_states() -> Iterator[None]:
    """Undo what is drawn from the generators of Python and NumPy, which know no meta device."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        # Only if need be, since other threads draw from them too.
        if random.getstate() != python:
            random.setstate(python)
        if pickle.dumps(np.random.get_state()) != pickle.dumps(numpy):  # noqa: NPY002
            np.random.set_state(numpy)  # noqa: NPY002
