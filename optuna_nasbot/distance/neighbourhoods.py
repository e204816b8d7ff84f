"""How differently two networks arrange their labels: Weisfeiler-Lehman label histograms.

OTMANN sees where a layer stands in the whole network, and these histograms what stands around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture

RADII = (0, 1, 2)
_CACHE_SIZE = 4096

Histogram = Counter[Any]


@lru_cache(maxsize=_CACHE_SIZE)
def neighbourhood_histograms(architecture: Architecture) -> tuple[Histogram, ...]:
    """How often each neighbourhood occurs in a network.

    The neighbourhood of radius 0 of a layer is its label; that of radius h is that of radius
    h - 1 with those of its parents and of its children, as two multisets (Shervashidze et al.
    2011, "Weisfeiler-Lehman graph kernels", section 3.2; the edges' directions are kept apart).

    Returns:
        A histogram for each radius in `RADII`. It does not depend on the order of layers.
    """
    seen: list[Any] = [layer.label for layer in architecture.layers]
    histograms = [Counter(seen)]
    for _ in RADII[1:]:
        seen = [
            (own, _multiset(seen, parents), _multiset(seen, children))
            for own, parents, children in zip(
                seen, architecture.parents, architecture.children, strict=True
            )
        ]
        histograms.append(Counter(seen))
    return tuple(histograms)


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
        Array (n_radii, n, m), counts of layers; 0 for isomorphic networks, whatever their units.
    """
    histograms_a = [neighbourhood_histograms(network) for network in a]
    histograms_b = [neighbourhood_histograms(network) for network in b]
    return np.stack(
        [
            _l1_distances([h[radius] for h in histograms_a], [h[radius] for h in histograms_b])
            for radius in RADII
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
