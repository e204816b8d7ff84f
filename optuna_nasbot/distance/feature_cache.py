"""A cache for what is computed from single networks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic
from typing import TypeVar

from optuna_nasbot.architecture import Architecture

Features = TypeVar("Features")


class FeatureCache(Generic[Features]):
    """Remembers the features of the networks that were used last; thread-safe.

    Isomorphic networks share an entry: that of the one that comes first.

    Args:
        compute: Computes the features of a network.
        max_size: The largest number of networks to remember.
    """

    def __init__(self, compute: Callable[[Architecture], Features], max_size: int) -> None:
        self._compute = compute
        self._max_size = max_size
        self._entries: OrderedDict[str, Features] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, architecture: Architecture) -> Features:
        """The features of a network, computed where they are not remembered."""
        key = architecture.canonical_hash()
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        features = self._compute(architecture)
        with self._lock:
            features = self._entries.setdefault(key, features)
            while len(self._entries) > self._max_size:
                self._entries.popitem(last=False)
        return features

    def __len__(self) -> int:
        return len(self._entries)
