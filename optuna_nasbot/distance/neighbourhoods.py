"""How differently two networks arrange their labels: Weisfeiler-Lehman label histograms.

OTMANN sees where a layer stands in the whole network, and these histograms what stands around it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer

RADII = (0, 1, 2)
N_HISTOGRAMS = 1 + len(RADII)
_WIDTHS_PER_OCTAVE = 2
_CACHE_SIZE = 4096

Histogram = Counter[Any]


@lru_cache(maxsize=_CACHE_SIZE)
def neighbourhood_histograms(architecture: Architecture) -> tuple[Histogram, ...]:
    """How often each kind of layer and each neighbourhood occurs in a network.

    The neighbourhood of radius 0 of a layer is its label; that of radius h is that of radius
    h - 1 with those of its parents and of its children, as two multisets (Shervashidze et al.
    2011, "Weisfeiler-Lehman graph kernels", section 3.2; the edges' directions are kept apart).

    Returns:
        A histogram of labels with widths, rounded to half octaves, and one of neighbourhoods for
        each radius in `RADII`. None depends on the order of layers.
    """
    seen: list[Any] = [layer.label for layer in architecture.layers]
    histograms: list[Histogram] = [Counter(map(_label_and_width, architecture.layers))]
    histograms.append(Counter(seen))
    for _ in RADII[1:]:
        seen = [
            (own, _multiset(seen, parents), _multiset(seen, children))
            for own, parents, children in zip(
                seen, architecture.parents, architecture.children, strict=True
            )
        ]
        histograms.append(Counter(seen))
    return tuple(histograms)


def _label_and_width(layer: Layer) -> tuple[str, int | None]:
    if layer.units is None:
        return layer.label, None
    return layer.label, round(_WIDTHS_PER_OCTAVE * math.log2(layer.units))


def _multiset(seen: Sequence[Any], layers: Sequence[int]) -> tuple[Any, ...]:
    return tuple(sorted(seen[layer] for layer in layers))


def neighbourhood_distances(
    a: Sequence[Architecture], b: Sequence[Architecture]
) -> NDArray[np.float64]:
    """L1 distances between the neighbourhood histograms of networks.

    Args:
        a: n networks.
        b: m networks.

    Returns:
        Array (`N_HISTOGRAMS`, n, m), counts of layers; 0 for isomorphic networks.
    """
    histograms_a = [neighbourhood_histograms(network) for network in a]
    histograms_b = [neighbourhood_histograms(network) for network in b]
    return np.stack(
        [
            _l1_distances([h[part] for h in histograms_a], [h[part] for h in histograms_b])
            for part in range(N_HISTOGRAMS)
        ]
    )


def _l1_distances(a: Sequence[Histogram], b: Sequence[Histogram]) -> NDArray[np.float64]:
    """Distances (n, m), by |x - y| = |x| + |y| - 2 min(x, y) summed over what both have."""
    columns: dict[Any, int] = {}
    for histogram in b:
        for key in histogram:
            columns.setdefault(key, len(columns))
    counts_b = _counts(b, columns)
    shared = np.empty((len(a), len(b)))
    for row, histogram in enumerate(a):
        known = {columns[key]: count for key, count in histogram.items() if key in columns}
        limits = np.array(list(known.values()))
        shared[row] = np.minimum(counts_b[:, list(known)], limits).sum(axis=1)
    totals_a, totals_b = (np.array([h.total() for h in part], dtype=float) for part in (a, b))
    return np.asarray(totals_a[:, np.newaxis] + totals_b - 2.0 * shared)


def _counts(histograms: Sequence[Histogram], columns: dict[Any, int]) -> NDArray[np.float64]:
    counts = np.zeros((len(histograms), len(columns)))
    for row, histogram in enumerate(histograms):
        for key, count in histogram.items():
            counts[row, columns[key]] = count
    return counts
