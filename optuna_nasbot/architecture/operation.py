"""What a layer label means: its mass, its path-length group, its units, strides and image size."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from typing import Literal
from typing import get_args

from optuna_nasbot.architecture.arguments import MAX_MASS
from optuna_nasbot.architecture.arguments import as_whole
from optuna_nasbot.architecture.arguments import check_mass
from optuna_nasbot.architecture.arguments import check_name
from optuna_nasbot.architecture.arguments import listed
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

_STRIDES: tuple[list[int], ...] = ([], [1], [1, 2])


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
        group: The path-length group of the label, for instance `"conv"`, `"pool"` or `"fc"`. None
            for layers that are counted in the group of all layers only.
        mass: The mass of a layer: a function of its channels in and its units (0 if it has none),
            or a number, the same for all layers with this label.
        has_units: Whether a layer with this label has a number of units (filters). A layer without
            units has as many channels out as in.
        strides: The strides that a layer may have: (1, 2), (1,), or () if a stride makes no sense.
        image: What the layer does to an image, apart from its stride: `"keep"` its size, `"halve"`
            it (rounding up), or `"flatten"` it. It has no effect in operation sets that do not
            work on images.
        module: Makes the layer for `build_module`: a function of the channels in, the channels out
            and the stride (1 if the layer has none), for instance a class of modules. The module
            maps (batch, channels in, height, width) to (batch, channels out, height, width), or
            features to features; a layer that flattens gets the average over the image. The
            function may return a module that is already in use. To count parameters and
            multiply-adds it is called under `torch.device("meta")`, unless it returns the same
            parameters each time. None for the built-in labels, and if this package does not build
            the networks.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument has the right type and a value that is not allowed.
    """

    label: str
    group: str | None = None
    mass: MassRule | float = full_mass
    has_units: bool = True
    strides: tuple[int, ...] = ()
    image: ImageEffect = "keep"
    module: ModuleBuilder | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", check_name("label", self.label))
        if self.label in (INPUT, OUTPUT):
            raise ValueError(
                f"label: expected one other than those of the ends of every network, '{INPUT}' "
                f"and '{OUTPUT}', got '{self.label}'."
            )
        where = f"operation '{self.label}'"
        if self.group is not None:
            object.__setattr__(self, "group", check_name(f"{where}, group", self.group))
        if self.group == ALL_LAYERS:
            raise ValueError(
                f"{where}, group: expected a group of some layers, or None, got '{ALL_LAYERS}', "
                f"the group of all layers."
            )
        if not isinstance(self.has_units, bool):
            raise TypeError(
                f"{where}, has_units: expected True or False, got {shown(self.has_units)}."
            )
        object.__setattr__(self, "strides", _checked_strides(where, self.strides))
        if self.image not in list(get_args(ImageEffect)):
            raise ValueError(
                f"{where}, image: expected one of {list(get_args(ImageEffect))}, "
                f"got {shown(self.image)}."
            )
        if not callable(self.mass):
            object.__setattr__(self, "mass", check_mass(f"{where}, mass", self.mass))
        is_builder = callable(self.module) and not _is_module(self.module)
        if not (self.module is None or is_builder):
            raise TypeError(
                f"{where}, module: expected a function of channels in, channels out and stride "
                f"that makes a module, got {shown(self.module)}."
            )
        for name in ("mass", "module"):
            if not isinstance(getattr(self, name), Hashable):
                raise TypeError(
                    f"{where}, {name}: expected a function that can be hashed, since spaces are "
                    f"compared, got {shown(getattr(self, name))}. Freeze its dataclass."
                )

    def layer_mass(self, channels_in: int, units: int) -> float:
        """The mass of a layer with this label.

        Args:
            channels_in: Channels into the layer, as masses count them.
            units: Its units, 0 where it has none.

        Raises:
            TypeError: The mass rule does not return a number.
            ValueError: It returns a mass that is negative, NaN or too large.
        """
        if not callable(self.mass):
            return self.mass
        mass = self.mass(channels_in, units)
        if type(mass) is float and 0.0 <= mass <= MAX_MASS:  # nearly all: masses have to be quick
            return mass
        given = f"operation '{self.label}', mass of {channels_in} channels in and {units} units"
        return check_mass(given, mass)

    def make_module(self, channels_in: int, channels_out: int, stride: int) -> Any:
        """The `torch.nn.Module` of a layer whose operation is not a built-in one.

        Args:
            channels_in: Channels into the layer.
            channels_out: Channels out of it.
            stride: Its stride, 1 if it has none.

        Raises:
            TypeError: The operation has no module, or its function makes something else or takes
                other arguments.
        """
        if self.module is None:
            raise TypeError(
                f"operation '{self.label}', module: expected a function of channels in, channels "
                f"out and stride that makes a torch.nn.Module, got None. Only a built-in label "
                f"with the units, strides and image effect of its built-in operation needs none."
            )
        try:
            made = self.module(channels_in, channels_out, stride)
        except TypeError as error:
            raise TypeError(
                f"operation '{self.label}', module: expected a function of channels in, channels "
                f"out and stride that makes a torch.nn.Module, but for ({channels_in}, "
                f"{channels_out}, {stride}) it raised TypeError: {error}"
            ) from error
        if not _is_module(made):
            raise TypeError(
                f"operation '{self.label}', module: expected a function that makes a "
                f"torch.nn.Module, but it made {shown(made)}."
            )
        return made


def _is_module(value: object) -> bool:
    """Whether a value is a `torch.nn.Module`, told without torch, which is slow to import."""
    return not isinstance(value, type) and hasattr(value, "named_parameters")


def _checked_strides(where: str, given: object) -> tuple[int, ...]:
    strides = listed(given)
    strides = [*map(as_whole, strides)] if isinstance(strides, (tuple, list)) else None
    if strides not in _STRIDES:
        raise ValueError(
            f"{where}, strides: expected (), (1,) or (1, 2), got {shown(given)}. For a layer that "
            f"halves every image leave out strides and pass image='halve'."
        )
    return tuple(strides)
