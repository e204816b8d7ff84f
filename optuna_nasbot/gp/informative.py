"""Which observations the Gaussian process keeps when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.trials.configuration import Key


def informative_subset(
    keys: Sequence[Key] | Sequence[str], values: NDArray[np.float64], size: int
) -> NDArray[np.intp]:
    """Choose one half of a subset as the best by value and the other half at random.

    The best observations distinguish the good configurations, among which the search looks for
    better ones; a sample of the rest shows where not to look. The sample is that with the least
    keys, so that it changes little from one observation to the next and is the same in every
    process.

    Args:
        keys: What identifies the n observations: keys of configurations or hashes of networks.
        values: Their values, larger is better, shape ``(n,)``.
        size: How many to choose.

    Returns:
        Indices in ascending order, all n if there are no more than `size`.
    """
    n = len(keys)
    if n <= size:
        return np.arange(n)
    order = np.argsort(-values, kind="stable")
    best, rest = order[: (size + 1) // 2], order[(size + 1) // 2 :]
    sample = sorted(rest, key=lambda index: keys[index])[: size // 2]
    return np.sort([*best, *sample])
