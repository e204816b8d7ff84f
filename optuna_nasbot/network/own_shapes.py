"""What a user's own module gives, found out by running a copy that has no memory."""

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
"""Sides of the images that a module is tried on until it is right.

The first are sides that few images have, since a module may keep a mask for each size it meets.

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


def _output_shape(module: nn.Module, given: Shape) -> Shape | str:
    """The shape of what a copy of a module gives, or the name of its type.

    Raises:
        Exception: Any, where the module can't be copied or run in this way.
    """
    output = output_without_memory(module, given)
    return tuple(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
