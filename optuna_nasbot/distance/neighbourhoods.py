"""How differently two networks arrange their labels: Weisfeiler-Lehman label histograms.

OTMANN compares where layers stand in the whole network, these histograms what is around them.

Histograms are kept as sets: the k-th layer of a colour is the element (colour, k). Then the
overlap of two histograms, the sum of min(x, y) over their counts x and y, is the size of an
intersection, and the overlaps of many pairs are a product of sparse matrices of zeros and ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.distance.feature_cache import FeatureCache
from optuna_nasbot.distance.inverted_index import InvertedIndex
from optuna_nasbot.distance.inverted_index import inverted_index

RADII = (0, 1, 2)
N_HISTOGRAMS = 1 + len(RADII)
_WIDTHS_PER_OCTAVE = 2
_CACHE_SIZE = 4096
_N_COLOURS_REMEMBERED = 2**15
_N_INDEXES_REMEMBERED = 4
# Odd, so that the elements of a colour, modulo 2^64, are all different.
_STEP = np.int64(0x1E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The histograms of a network of n layers.

    Args:
        elements: Array (`N_HISTOGRAMS`, n). Each row is a histogram, as a set of n numbers.
    """

    elements: NDArray[np.int64]


def neighbourhoods(architecture: Architecture) -> Neighbourhoods:
    """How often each kind of layer and each neighbourhood occurs in a network.

    The neighbourhood of radius 0 of a layer is its label. That of radius h consists of the layer's
    neighbourhood of radius h - 1 and of those of its parents and of its children, as two multisets
    (Shervashidze et al. 2011, "Weisfeiler-Lehman graph kernels", section 3.2; here with directed
    edges).

    Returns:
        A histogram of labels with widths (rounded to half octaves), and one of neighbourhoods for
        each radius in `RADII`. They do not depend on the order of layers.
    """
    seen = [_colour(layer.label) for layer in architecture.layers]
    colours = [[_colour(layer.label, _width(layer)) for layer in architecture.layers], seen]
    for _ in RADII[1:]:
        seen = [
            _colour(own, _multiset(seen, parents), _multiset(seen, children))
            for own, parents, children in zip(
                seen, architecture.parents, architecture.children, strict=True
            )
        ]
        colours.append(seen)
    return Neighbourhoods(_as_sets(np.array(colours)))


@lru_cache(maxsize=_N_COLOURS_REMEMBERED)
def _colour(*key: object) -> int:
    """64 bits, equal for equal keys and, up to collisions of BLAKE2b, only for them."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), "big", signed=True)


def _width(layer: Layer) -> int | None:
    return None if layer.units is None else round(_WIDTHS_PER_OCTAVE * math.log2(layer.units))


def _multiset(seen: Sequence[int], layers: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted([seen[layer] for layer in layers]))


def _as_sets(colours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distinct numbers in each row: the k-th occurrence of a colour becomes colour + k step."""
    colours = np.sort(colours, axis=1)
    position = np.arange(colours.shape[1])
    is_first = np.diff(colours, axis=1, prepend=~colours[:, :1]) != 0
    first = np.maximum.accumulate(np.where(is_first, position, 0), axis=1)
    return colours + (position - first) * _STEP


_neighbourhoods = FeatureCache(neighbourhoods, _CACHE_SIZE)


def neighbourhood_distances(
    a: Sequence[Architecture], b: Sequence[Architecture] | None = None
) -> NDArray[np.float64]:
    """L1 distances between the neighbourhood histograms of networks.

    By |x - y| = x + y - 2 min(x, y), summed over all colours.

    Args:
        a: n networks.
        b: m networks; None for all pairs within `a`.

    Returns:
        Array (`N_HISTOGRAMS`, n, m), counts of layers; 0 for isomorphic networks.
    """
    b = a if b is None else b
    distances = np.empty((N_HISTOGRAMS, len(a), len(b)))
    distances[:] = np.add.outer(*([len(network.layers) for network in part] for part in (a, b)))
    if a and b:
        elements, owner = _joined([_neighbourhoods(network) for network in a])
        indexes = _indexes(tuple(_neighbourhoods(network) for network in b))
        for histogram, index in enumerate(indexes):
            shared = index.sizes_of_intersections(elements[histogram], owner, len(a))
            distances[histogram] -= 2.0 * shared
    return distances


# A search compares generation after generation with the same observed networks.
@lru_cache(maxsize=_N_INDEXES_REMEMBERED)
def _indexes(networks: tuple[Neighbourhoods, ...]) -> tuple[InvertedIndex, ...]:
    """An index of each kind of histogram."""
    elements, owner = _joined(networks)
    return tuple(inverted_index(part, owner, len(networks)) for part in elements)


def _joined(
    networks: Sequence[Neighbourhoods],
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The elements (`N_HISTOGRAMS`, N) of all networks, and the network (N,) of each column."""
    elements = np.concatenate([network.elements for network in networks], axis=1)
    n_layers = [network.elements.shape[1] for network in networks]
    return elements, np.repeat(np.arange(len(networks)), n_layers)
