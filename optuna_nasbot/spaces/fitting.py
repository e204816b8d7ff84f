"""Chains of layers, and how a chain is fitted to the limits of a space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.spaces.limits import MAX_LAYERS
from optuna_nasbot.spaces.limits import Limits

Chain = tuple[Layer, ...]
"""The hidden layers of a network in which each layer feeds the next."""

_WIDTHS = (1.0, 0.75, 0.5, 0.35, 0.25, 0.18, 0.12, 0.06, 0.0, 1.5, 2.0, 4.0, 16.0, np.inf)
"""Factors on the units to try, the gentlest first; 0 stands for the least width allowed,
infinity for the largest."""


def chain_architecture(chain: Chain, operations: OperationSet) -> Architecture:
    """The network `ip` -> hidden layers -> decision layer -> `op`."""
    layers = (Layer(INPUT), *chain, Layer(operations.decision), Layer(OUTPUT))
    edges = tuple((index, index + 1) for index in range(len(layers) - 1))
    return Architecture(layers=layers, edges=edges, kind=operations.kind)


def fitted_chain(chain: Chain, operations: OperationSet, limits: Limits) -> Architecture | None:
    """The network within the limits that changes a chain least.

    The image is halved no more often than allowed; then the number of layers and their widths
    change, the depth only where no width is enough.

    Returns:
        The network, or None if none was found.
    """
    for n_hidden in _depths(chain, operations, limits):
        if not _has_fitting_width(chain, n_hidden, operations, limits):
            continue
        for width in _WIDTHS:
            candidate = _fit(chain, n_hidden, width, operations, limits)
            if limits.violation(candidate) is None:
                return candidate
    return None


def nearest_violation(chain: Chain, operations: OperationSet, limits: Limits) -> str:
    """Why no fit of a chain is within the limits: what the smallest and the largest one break."""
    n_least, n_most = _depth_range(chain, operations, limits)
    smallest = limits.violation(_fit(chain, n_least, 0.0, operations, limits))
    if smallest is not None and smallest.limit != "min_mass":
        return f"the smallest network found breaks {smallest}"
    largest = limits.violation(_fit(chain, max(n_most, n_least), np.inf, operations, limits))
    if largest is None or largest.limit == "min_mass":
        return f"the largest network found breaks {largest or smallest}"
    return f"the smallest network found breaks {smallest}; the largest one breaks {largest}"


def _depth_range(chain: Chain, operations: OperationSet, limits: Limits) -> tuple[int, int]:
    """Least and largest number of hidden layers; there is none where the first is larger."""
    least = max(limits.min_layers - 3, len(_shortest(chain, operations)))
    return least, min(limits.max_layers, MAX_LAYERS) - 3


def _depths(chain: Chain, operations: OperationSet, limits: Limits) -> Iterator[int]:
    """Numbers of hidden layers: that of the chain, then smaller ones, then larger ones."""
    least, most = _depth_range(chain, operations, limits)
    halved = _within_halvings(chain, operations, limits.max_halvings)
    start = min(max(len(halved), least), most)
    yield from range(start, least - 1, -1)
    yield from range(start + 1, most + 1)


def _has_fitting_width(
    chain: Chain, n_hidden: int, operations: OperationSet, limits: Limits
) -> bool:
    """Whether the narrowest network is not too large, and the widest one not too small.

    All that limits bound grows with the widths or does not depend on them.
    """
    narrowest = limits.violation(_fit(chain, n_hidden, 0.0, operations, limits))
    widest = limits.violation(_fit(chain, n_hidden, np.inf, operations, limits))
    return (narrowest is None or narrowest.limit == "min_mass") and (
        widest is None or widest.limit != "min_mass"
    )


def _fit(
    chain: Chain, n_hidden: int, width: float, operations: OperationSet, limits: Limits
) -> Architecture:
    halved = _within_halvings(chain, operations, limits.max_halvings)
    sized = _resampled(halved, n_hidden)
    sized = _within_halvings(sized, operations, limits.max_halvings)
    if operations.is_image and len(sized) < n_hidden:
        sized = (sized[0],) * (n_hidden - len(sized)) + sized
        sized = _within_halvings(sized, operations, limits.max_halvings)
    return chain_architecture(tuple(_scaled(layer, width, limits) for layer in sized), operations)


def _scaled(layer: Layer, width: float, limits: Limits) -> Layer:
    if layer.units is None:
        return layer
    wanted = np.clip(np.ceil(layer.units * width), limits.min_units, limits.max_units)
    return replace(layer, units=int(wanted))


def _resampled(chain: Chain, n_hidden: int) -> Chain:
    """A chain of `n_hidden` layers spread evenly over the given one, its first layer kept."""
    if n_hidden == len(chain) or not chain:
        return chain
    picks = np.floor(np.arange(n_hidden) * len(chain) / max(n_hidden, 1)).astype(int)
    return tuple(chain[pick] for pick in picks)


def _within_halvings(chain: Chain, operations: OperationSet, allowed: int | None) -> Chain:
    """Drop pools and unstride convolutions once the image was halved as often as allowed."""
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
