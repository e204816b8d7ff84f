"""What a layer label means: its mass, its path-length group, its units, strides and image size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any
from typing import Literal
from typing import get_args

from optuna_nasbot.architecture.errors import shown

INPUT = "ip"
OUTPUT = "op"
ALL_LAYERS = "all"
"""The path-length group that every layer belongs to."""

MassRule = Callable[[int, int], float]
"""(channels in, units; 0 where the layer has none) -> mass."""

ModuleBuilder = Callable[[int, int, int], Any]
"""(channels in, channels out, stride) -> `torch.nn.Module`."""

ImageEffect = Literal["keep", "halve", "flatten"]

_STRIDES = (1, 2)


def full_mass(channels_in: int, units: int) -> float:
    """Mass of a convolution or a hidden layer: channels in times units."""
    return float(channels_in * units)


def tenth_mass(channels_in: int, units: int) -> float:
    """Mass of a fully connected layer of a CNN: a tenth of channels in times units."""
    return 0.1 * channels_in * units


def pooling_mass(channels_in: int, units: int) -> float:
    """Mass of a pooling layer: its channels in."""
    return float(channels_in)


@dataclass(frozen=True)
class Operation:
    """What the layers with one label do.

    Args:
        label: The name that layers carry, for instance `"conv3"`.
        group: The path-length group of the label (golden rule: `conv`, `pool`, `fc`, ...). None
            for layers that count among all layers only.
        mass: The mass of a layer: a function of its channels in and its units (0 where it has
            none), or a number, the same for all layers of this label.
        has_units: Whether a layer of this label has a number of units (filters). A layer without
            gives as many channels as it gets.
        strides: The strides that a layer may have, of 1 and 2; empty where a stride makes no
            sense.
        image: What the layer does to an image besides its stride: keep its size, halve it (rounded
            up), or flatten it. Without meaning in operation sets that do not work on images.
        module: Makes the layer for `build_module`: a function of the channels in, the channels out
            and the stride (1 where the layer has none), for instance a class of modules. It maps
            (batch, channels in, height, width) to (batch, channels out, height, width), or
            features to features; a layer that flattens gets the average over the image. None for
            the built-in labels, and where networks are not built by this package.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: An argument is of the right type and means nothing.
    """

    label: str
    group: str | None = None
    mass: MassRule | float = full_mass
    has_units: bool = True
    strides: tuple[int, ...] = ()
    image: ImageEffect = "keep"
    module: ModuleBuilder | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.label, str) or not self.label.strip():
            raise TypeError(f"label: expected a string, not empty, got {shown(self.label)}.")
        if self.label in (INPUT, OUTPUT):
            raise ValueError(
                f"label: expected another one than '{self.label}', the end of every network."
            )
        where = f"operation '{self.label}'"
        if not (self.group is None or isinstance(self.group, str)):
            raise TypeError(f"{where}, group: expected a string, got {shown(self.group)}.")
        if self.group == ALL_LAYERS:
            raise ValueError(f"{where}, group: expected another one than '{ALL_LAYERS}'.")
        if not isinstance(self.has_units, bool):
            raise TypeError(
                f"{where}, has_units: expected True or False, got {shown(self.has_units)}."
            )
        if not isinstance(self.strides, (tuple, list)) or not set(self.strides) <= {*_STRIDES}:
            raise ValueError(
                f"{where}, strides: expected a tuple of 1 and 2, got {shown(self.strides)}."
            )
        object.__setattr__(self, "strides", tuple(self.strides))
        if self.image not in get_args(ImageEffect):
            raise ValueError(
                f"{where}, image: expected one of {list(get_args(ImageEffect))}, "
                f"got {shown(self.image)}."
            )
        if not (self.module is None or callable(self.module)):
            raise TypeError(
                f"{where}, module: expected a function of channels in, channels out and stride "
                f"that makes a module, got {shown(self.module)}."
            )
        _check_mass(where, self.mass)

    def layer_mass(self, channels_in: int, units: int) -> float:
        """The mass of a layer with this label.

        Args:
            channels_in: Channels into the layer, as masses count them.
            units: Its units, 0 where it has none.
        """
        return self.mass(channels_in, units) if callable(self.mass) else float(self.mass)


def _check_mass(where: str, mass: object) -> None:
    if callable(mass):
        return
    if not isinstance(mass, Real) or isinstance(mass, bool):
        raise TypeError(
            f"{where}, mass: expected a number or a function of channels in and units, "
            f"got {shown(mass)}."
        )
    if not (float(mass) >= 0 and math.isfinite(mass)):
        raise ValueError(f"{where}, mass: expected a finite mass of at least 0, got {mass!r}.")
