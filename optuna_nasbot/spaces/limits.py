"""Hard limits that every network of a search space keeps."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.arguments import check_mass
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.network_cost import network_cost
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.architecture.validation import MAX_UNITS
from optuna_nasbot.spaces.accepts import Accepts
from optuna_nasbot.spaces.accepts import check_accepts
from optuna_nasbot.spaces.accepts import refusal
from optuna_nasbot.spaces.violation import Violation

MAX_LAYERS = 900
"""A chain of up to so many layers fits into the 60,000 bytes of a stored network."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on a network, all inclusive; None means no bound.

    The defaults are those of the authors' demonstrations.

    Args:
        min_layers: Least number of layers, `ip`, decision layers and `op` included; at most 900,
            so that networks can be stored.
        max_layers: Largest number of layers.
        min_mass: Least total mass: roughly channels in times units, summed over the layers (see
            `optuna_nasbot.total_mass`).
        max_mass: Largest total mass; None means no bound.
        max_out_degree: Largest number of edges out of a layer.
        max_in_degree: Largest number of edges into a layer.
        max_edges: Largest number of edges.
        min_units: Least number of units (filters of a convolution) of a layer that has units.
        max_units: Largest number of units of a layer.
        units: The numbers of units that layers may have, from `min_units` to `max_units`; edits
            step from one to the next. None means every number from the least to the largest.
        max_halvings: How often images, where there are any, may be halved on the way to any layer;
            None means as often as it takes to get from `image_size` to a single pixel.
        max_parameters: Largest number of trainable parameters of the module that `build_module`
            makes; None means no bound. Needs `inputs` and `outputs`.
        max_multiply_adds: Largest number of multiply-adds for one example, as `network_cost`
            counts them; None means no bound. Needs `inputs` and `outputs`.
        inputs: Features or channels of the input, to count parameters and multiply-adds.
        outputs: Targets or classes, to count parameters and multiply-adds.
        accepts: A further hard limit of your own: a function that takes an `Architecture` and
            returns whether it belongs to the space, for instance by a table of latencies. It is
            called for networks that keep all other limits, hundreds of them per suggestion, and
            has to give the same answer each time. Define it once, outside the objective, since
            spaces are compared by it.
    """

    min_layers: int = 5
    max_layers: int = 60
    min_mass: float = 0.0
    max_mass: float | None = None
    max_out_degree: int = 55
    max_in_degree: int = 5
    max_edges: int = 200
    min_units: int = 8
    max_units: int = 1024
    units: Sequence[int] | None = None
    max_halvings: int | None = None
    max_parameters: int | None = None
    max_multiply_adds: int | None = None
    inputs: int | None = None
    outputs: int | None = None
    accepts: Accepts | None = None

    def __post_init__(self) -> None:
        self._keep_whole("min_layers", 1, MAX_LAYERS)
        for name in ("min_units", "max_units"):
            self._keep_whole(name, 1, MAX_UNITS)
        for name in ("max_layers", "max_edges", "max_in_degree", "max_out_degree"):
            self._keep_whole(name, 1)
        for name in ("max_parameters", "max_multiply_adds", "inputs", "outputs"):
            if getattr(self, name) is not None:
                self._keep_whole(name, 1)
        if self.max_halvings is not None:
            self._keep_whole("max_halvings", 0)
        self._keep("min_mass", check_mass("min_mass", self.min_mass))
        if self.max_mass is not None:
            self._keep("max_mass", check_mass("max_mass", self.max_mass))
            _check_order("mass", self.min_mass, self.max_mass)
        _check_order("layers", self.min_layers, self.max_layers)
        _check_order("units", self.min_units, self.max_units)
        if self.units is not None:
            self._keep("units", self._checked_units())
        check_accepts(self.accepts)

    def _checked_units(self) -> tuple[int, ...]:
        """The widths that layers may have, each once, in increasing order."""
        given = listed(self.units)
        if not isinstance(given, Sequence) or isinstance(given, str | bytes):
            raise TypeError(f"units: expected a sequence of whole numbers, got {shown(given)}.")
        widths = {check_whole(f"units[{index}]", each, 1) for index, each in enumerate(given)}
        if not widths:
            raise ValueError("units: expected at least one number, got none.")
        for end in (min(widths), max(widths)):
            if not self.min_units <= end <= self.max_units:
                raise ValueError(
                    f"units: expected numbers from min_units={self.min_units} to max_units="
                    f"{self.max_units}, got {shown(end)}. Leave it out, or change that limit."
                )
        return tuple(sorted(widths))

    def _keep_whole(self, name: str, least: int, most: int | None = None) -> None:
        self._keep(name, check_whole(name, getattr(self, name), least, most))

    def _keep(self, name: str, value: object) -> None:
        # As plain numbers, whatever came: spaces are compared, hashed and printed.
        object.__setattr__(self, name, value)

    def violation(self, architecture: Architecture) -> Violation | None:
        """The first limit that the network breaks, None if it keeps them all."""
        broken = next(self.violations(architecture), None)
        return refusal(self.accepts, architecture) if broken is None else broken

    def violations(self, architecture: Architecture) -> Iterator[Violation]:
        """The bounds that the network breaks, in the order of the authors' checks."""
        for limit, found in self._found(architecture):
            allowed = getattr(self, limit)
            if allowed is None:
                continue
            if found < allowed if limit.startswith("min_") else found > allowed:
                yield Violation(limit, allowed, found)
        if self.units is not None:
            others = (each.units for each in architecture.layers if each.units is not None)
            other = next((units for units in others if units not in self.units), None)
            if other is not None:
                yield Violation("units", shown(self.units), other)

    def _found(self, architecture: Architecture) -> Iterator[tuple[str, float]]:
        """Each limit with what the network has of it; what takes long only if it is bounded."""
        layers = architecture.layers
        yield "max_layers", len(layers)
        yield "min_layers", len(layers)
        if self.max_mass is not None or self.min_mass > 0:
            mass = total_mass(architecture)
            yield "max_mass", mass
            yield "min_mass", mass
        yield "max_out_degree", max(map(len, architecture.children))
        yield "max_in_degree", max(map(len, architecture.parents))
        yield "max_edges", len(architecture.edges)
        units = [layer.units for layer in layers if layer.units is not None]
        if units:
            yield "max_units", max(units)
            yield "min_units", min(units)
        if self.max_halvings is not None and architecture.image_sizes is not None:
            _, after = architecture.image_sizes
            halvings = (size.bit_length() - 1 for size in after if size is not None)
            yield "max_halvings", max(halvings)
        sizes = {"inputs": self.inputs or 1, "outputs": self.outputs or 1}
        if self.max_parameters is not None:
            yield "max_parameters", count_parameters(architecture, **sizes)
        if self.max_multiply_adds is not None:
            cost = network_cost(architecture, **sizes, image_size=self._side_of_images())
            yield "max_multiply_adds", cost.multiply_adds

    def _side_of_images(self) -> int | None:
        """The side of the images in pixels, None where there are none."""
        return None


def _check_order(what: str, least: float, most: float) -> None:
    if least > most:
        raise ValueError(
            f"min_{what}, max_{what}: expected the least not above the largest, "
            f"got min_{what}={least:g} and max_{what}={most:g}."
        )
