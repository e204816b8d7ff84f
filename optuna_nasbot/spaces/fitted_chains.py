"""Chains of layers, and how a chain is fitted to the limits of a space."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import starmap

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.chain import chained
from optuna_nasbot.edits.listed_units import nearest
from optuna_nasbot.spaces.accepts import ACCEPTS
from optuna_nasbot.spaces.limits import MAX_LAYERS
from optuna_nasbot.spaces.limits import Limits

Chain = tuple[Layer, ...]
"""The hidden layers of a network in which each layer feeds the next."""

_WIDTHS = range(-320, 321)
"""Factors on the units, given as logarithms in sixteenths of an octave. They range from a
millionth to a million, so that the ends give the least and the largest width allowed."""
_HALF_OCTAVE = 8
_N_SIZES = 4
"""The number of sizes to which a chain that is too wide is fitted. Each is half an octave narrower
than the one before, and so has about half as many weights."""


def fitted_chains(
    chains: Sequence[Chain], operations: OperationSet, limits: Limits
) -> list[Architecture]:
    """Networks within the limits, one for each chain that can be fitted to them.

    Each changes its chain as little as possible. But if bounds make several of them narrower, some
    become narrower still, so that not all are as large as allowed.
    """
    networks: list[Architecture] = []
    n_narrowed = 0
    for chain in chains:
        sizes = fitted_sizes(chain, operations, limits)
        if sizes:
            networks.append(sizes[n_narrowed % len(sizes)])
        n_narrowed += len(sizes) > 1
    return networks


def fitted_sizes(
    chain: Chain, operations: OperationSet, limits: Limits
) -> tuple[Architecture, ...]:
    """The network within the limits that changes a chain least, and smaller ones.

    First, halvings of the image beyond the limit are dropped. Then widths change, and the number
    of layers too if no width is enough. If that is not enough either, and multiply-adds are
    bounded, the image is halved in the first layers. What the user's own function accepts follows
    no rule: if it refuses the network, narrower, wider, shallower and deeper ones are tried.

    Returns:
        The network; if it had to be narrower than the chain, also networks with about a half, a
        quarter and an eighth of its weights; nothing if none was found.
    """
    fits = (_fitted(each, operations, limits) for each in _strided(chain, operations, limits))
    return next((fitted for fitted in fits if fitted), ())


def _fitted(chain: Chain, operations: OperationSet, limits: Limits) -> tuple[Architecture, ...]:
    """The network within the limits that is nearest to a chain in depth and width, and smaller.

    Everything that limits bound grows with depth and widths, or does not depend on them. So both
    are found by bisection.
    """

    @cache
    def fit(depth: int, width: int) -> Architecture:
        return _fit(chain, depth, width, operations, limits)

    def breaks(bound: str, depth: int, width: int) -> bool:
        violations = limits.violations(fit(depth, width))
        return any(violation.limit.startswith(bound) for violation in violations)

    least, most = _depth_range(chain, operations, limits)
    if least > most:
        return ()
    depth = _nearest(
        len(_within_halvings(chain, operations, limits.max_halvings)),
        range(least, most + 1),
        is_too_large=lambda depth: breaks("max_", depth, _WIDTHS[0]),
        is_too_small=lambda depth: breaks("min_", depth, _WIDTHS[-1]),
    )
    width = _nearest(
        0,
        _WIDTHS,
        is_too_large=lambda width: breaks("max_", depth, width),
        is_too_small=lambda width: breaks("min_", depth, width),
    )
    violation = limits.violation(fit(depth, width))
    if violation is None:
        narrower = _narrower(width, is_too_small=lambda width: breaks("min_", depth, width))
        sizes = dict.fromkeys(fit(depth, each) for each in narrower)
        return tuple(each for each in sizes if limits.violation(each) is None)
    if violation.limit != ACCEPTS:
        return ()
    others = dict.fromkeys(starmap(fit, _others(depth, width, least, most)))
    return next(((other,) for other in others if limits.violation(other) is None), ())


def _narrower(width: int, is_too_small: Callable[[int], bool]) -> list[int]:
    """A width and some narrower ones that are not too small; only itself if it is at least 0."""
    if width >= 0:
        return [width]
    wanted = range(width, width - _N_SIZES * _HALF_OCTAVE, -_HALF_OCTAVE)
    return [_nearest(each, _WIDTHS, lambda _: False, is_too_small) for each in wanted]


def _strided(chain: Chain, operations: OperationSet, limits: Limits) -> Iterator[Chain]:
    """A chain, and if multiply-adds are bounded, also chains that halve the image earlier."""
    yield chain
    if limits.max_multiply_adds is None or not operations.is_image:
        return
    for index, layer in enumerate(chain[: limits.max_halvings]):
        if operations.by_label[layer.label].strides == (1, 2):
            chain = (*chain[:index], replace(layer, stride=2), *chain[index + 1 :])
            yield chain


def _others(depth: int, width: int, least: int, most: int) -> Iterator[tuple[int, int]]:
    """Depths and widths to try instead of given ones: at each depth the nearest widths first."""
    octaves = range(_WIDTHS[0] + width % 16, _WIDTHS[-1] + 1, 16)
    widths = sorted(octaves, key=lambda each: abs(each - width))
    for each in (depth, depth // 2, depth // 4, least, 2 * depth):
        if least <= each <= most:
            yield from ((each, width) for width in widths)


def nearest_violation(chain: Chain, operations: OperationSet, limits: Limits) -> str:
    """Why no fit of a chain is within the limits: what the smallest and the largest fit break."""
    *_, chain = _strided(chain, operations, limits)
    least, most = _depth_range(chain, operations, limits)
    smallest = limits.violation(_fit(chain, least, _WIDTHS[0], operations, limits))
    if smallest is not None and smallest.limit == ACCEPTS:
        return (
            "accepts gave False for all networks that were tried, the initial ones and narrower, "
            "wider, shallower and deeper ones"
        )
    if smallest is not None and smallest.limit != "min_mass":
        return f"the smallest network found breaks {smallest}"
    largest = limits.violation(_fit(chain, max(most, least), _WIDTHS[-1], operations, limits))
    if largest is None or largest.limit == "min_mass":
        return f"the largest network found breaks {largest or smallest}"
    return f"the smallest network found breaks {smallest}; the largest one breaks {largest}"


def _depth_range(chain: Chain, operations: OperationSet, limits: Limits) -> tuple[int, int]:
    """Least and largest number of hidden layers; if the first is larger, no number is allowed."""
    least = max(limits.min_layers - 3, len(_shortest(chain, operations)))
    return least, min(limits.max_layers, MAX_LAYERS) - 3


def _nearest(
    wanted: int,
    steps: range,
    is_too_large: Callable[[int], bool],
    is_too_small: Callable[[int], bool],
) -> int:
    """The step nearest to the wanted one that is neither too large nor too small.

    All steps above one that is too large are too large, and all below one that is too small are
    too small. If no step is right, the result is an end, or a step next to the change from too
    small to too large.
    """
    start = min(max(wanted, steps[0]), steps[-1])
    if is_too_large(start):
        if is_too_large(steps[0]):
            return steps[0]
        below = range(steps[0], start)
        return steps[0] + bisect_left(below, True, key=is_too_large) - 1
    if is_too_small(start):
        if is_too_small(steps[-1]):
            return steps[-1]
        above = range(start, steps[-1])
        return start + bisect_left(above, True, key=lambda step: not is_too_small(step))
    return start


def _fit(
    chain: Chain, depth: int, width: int, operations: OperationSet, limits: Limits
) -> Architecture:
    """A chain with another number of hidden layers and another width, one of `_WIDTHS`."""
    halved = _within_halvings(chain, operations, limits.max_halvings)
    sized = _resampled(halved, depth)
    sized = _within_halvings(sized, operations, limits.max_halvings)
    if operations.is_image and len(sized) < depth:
        sized = (sized[0],) * (depth - len(sized)) + sized
        sized = _within_halvings(sized, operations, limits.max_halvings)
    factor = 2.0 ** (width / 16)
    hidden = tuple(_scaled(layer, factor, limits) for layer in sized)
    return Architecture(*chained(hidden, operations))


def _scaled(layer: Layer, factor: float, limits: Limits) -> Layer:
    if layer.units is None:
        return layer
    wanted = math.ceil(layer.units * factor)
    units = min(max(wanted, limits.min_units), limits.max_units)
    return replace(layer, units=units if limits.units is None else nearest(limits.units, units))


def _resampled(chain: Chain, n_hidden: int) -> Chain:
    """A chain of `n_hidden` layers spread evenly over the given one, its first layer kept."""
    if n_hidden == len(chain) or not chain:
        return chain
    return tuple(chain[index * len(chain) // n_hidden] for index in range(n_hidden))


def _within_halvings(chain: Chain, operations: OperationSet, allowed: int | None) -> Chain:
    """Drop pools and set strides to 1 once the image has been halved as often as allowed."""
    if allowed is None:
        return chain
    kept = []
    for layer in chain:
        halves = layer.stride == 2 or operations.by_label[layer.label].image == "halve"
        if not halves or allowed > 0:
            kept.append(layer)
            allowed -= halves
        elif layer.stride == 2:
            kept.append(replace(layer, stride=1))
    return tuple(kept)


def _shortest(chain: Chain, operations: OperationSet) -> Chain:
    """The hidden layers that a network of this kind can't do without."""
    return chain[:1] if operations.is_image else ()
