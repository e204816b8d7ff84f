"""Which observations the Gaussian process keeps when there are too many for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture


def informative_subset(
    networks: Sequence[Architecture], values: NDArray[np.float64], size: int
) -> NDArray[np.intp]:
    """Choose the best half of a subset by value and the other half at random.

    The best networks tell the good ones apart, among which the search looks for better ones; a
    sample of the rest tells where not to look. The sample is the networks with the least
    canonical hashes, so that it changes little from one observation to the next and is the same
    in every process.

    Args:
        networks: n observed networks.
        values: Their values, larger is better, shape ``(n,)``.
        size: How many to choose.

    Returns:
        Indices in ascending order, all n if there are no more than `size`.
    """
    n = len(networks)
    if n <= size:
        return np.arange(n)
    order = np.argsort(-values, kind="stable")
    best, rest = order[: (size + 1) // 2], order[(size + 1) // 2 :]
    hashes = [networks[index].canonical_hash() for index in rest]
    sample = rest[np.argsort(hashes, kind="stable")][: size // 2]
    return np.sort(np.concatenate([best, sample]))
