"""The output shape of a user's own module, found by running a copy without memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from optuna_nasbot.architecture.without_memory import MakesTensorsError
from optuna_nasbot.architecture.without_memory import leaves_no_trace
from optuna_nasbot.architecture.without_memory import output_without_memory

BATCH = 2
SIDES = (336, 105, 8, 32, 33, 420)
"""Sides of the images that a module is tried on, until one gives the right shape.

The first are sides that few images have, since a module may keep a mask for each size it meets.
They are even and odd, since a module may suit either, and multiples of small numbers, which
modules that cut images into patches need. A side of 1 would hide a wrong stride.
"""

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """A run of a module.

    Args:
        given: The shape of the input.
        expected: The shape that the output has to have.
        got: The shape of the output; the name of its type if it is not a tensor.
    """

    given: Shape
    expected: Shape
    got: Shape | str


def wrong_run(module: nn.Module, channels: tuple[int, int], factor: int | None) -> Run | None:
    """A run that shows that the output of a module has a wrong shape for images of any size.

    A copy is run on the meta device: it takes no memory and leaves nothing on the module, which
    may be in use in other networks and threads. In doubt (if the copy does not run, or may suit
    images of some size) the module counts as right; if it is wrong, its forward pass will fail.

    Args:
        module: The module; it is not changed.
        channels: Channels into and out of it.
        factor: By how much it has to shrink an image, rounding up; None for features.

    Returns:
        The run on the smallest input; None if the module is right, or may be.
    """
    if not leaves_no_trace(module):
        return None
    runs: list[Run] = []
    for side in SIDES if factor else (None,):
        try:
            run = _run(module, channels, factor, side)
        except MakesTensorsError:
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
        MakesTensorsError: The module makes a tensor on no device in particular.
    """
    image = () if side is None else (side, side)
    given = (BATCH, channels[0], *image)
    expected = (BATCH, channels[1], *(-(-each // (factor or 1)) for each in image))
    try:
        return Run(given, expected, _output_shape(module, given))
    except MakesTensorsError:
        raise
    except Exception:  # whatever the user's code raises
        return None


def _may_suit(runs: Sequence[Run], factor: int) -> bool:
    """Whether the output may have the right shape for images of some size not tried here."""
    shapes = [
        (run.expected, run.got)
        for run in runs
        if isinstance(run.got, tuple) and len(run.got) == len(run.expected)
    ]
    if not shapes:
        return False
    # Without larger batches: these come from a `view(-1, 16 * 5 * 5)` on images of another size.
    shapes = [(expected, got) for expected, got in shapes if got[0] <= BATCH]
    for dim in range(len(runs[0].expected)):
        sizes = {got[dim] for _, got in shapes}
        is_right = not sizes or any(expected[dim] == got[dim] for expected, got in shapes)
        # A side that does not depend on the image, as with `AdaptiveAvgPool2d(4)`, suits one size.
        is_fixed = dim > 1 and len(sizes) == 1 and factor * min(sizes) > 1
        if not (is_right or is_fixed):
            return False
    return True


def _output_shape(module: nn.Module, given: Shape) -> Shape | str:
    """The shape of the output of a copy of a module, or the name of its type.

    Raises:
        Exception: Any, where the module can't be copied or run in this way.
    """
    output = output_without_memory(module, given)
    return tuple(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
