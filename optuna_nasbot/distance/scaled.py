"""Dissimilarities on a common scale, remembered for networks that recur."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture

MAX_REMEMBERED = 1000
"""Networks that are remembered. The eight distances of OTMANN between so many take 64 MB."""

Measure = Callable[[Sequence[Architecture], Sequence[Architecture] | None], NDArray[np.float64]]
"""A function that gives k dissimilarities of all pairs of n and m networks, an array (k, n, m); of
all pairs within the n networks if the second argument is None."""

_Hashes = tuple[str, ...]


class ScaledDissimilarities:
    """Dissimilarities divided by their means over pairs of reference networks.

    With this scale one set of priors on the kernel's hyperparameters fits every search space. In a
    call each pair of different networks is computed once, however often these occur. The
    dissimilarities among networks that were passed to `remember` are kept, so that a growing study
    computes each of them once. The result of the last call is kept, too, since the terms of a
    kernel ask for the same networks one after the other.

    Args:
        measure: Computes the dissimilarities.
        references: Networks that are typical of the search space.
    """

    def __init__(self, measure: Measure, references: Sequence[Architecture]) -> None:
        unscaled = measure(references, None)
        self._measure = measure
        self._scale = _mean_over_pairs(unscaled)
        self._remembered: dict[str, Architecture] = {}
        self._known = unscaled[:, :0, :0]
        self._lock = threading.RLock()  # figures in other threads may share this
        self._latest: tuple[_Hashes, _Hashes, NDArray[np.float64]] = (), (), self._known

    def __len__(self) -> int:
        """The number k of dissimilarities of a pair."""
        return len(self._scale)

    def between(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """Scaled dissimilarities of n and m networks, with means of about 1 over the space.

        Returns:
            Array (k, n, m), which must not be changed.
        """
        rows, columns = _hashes(a), _hashes(b)
        latest = self._latest  # of this moment
        if latest[:2] != (rows, columns):
            found = self._looked_up(rows, columns)
            latest = rows, columns, self._computed(a, b) if found is None else found
            self._latest = latest
        return latest[2]

    def remember(self, networks: Sequence[Architecture]) -> None:
        """Keep the dissimilarities within a set of networks.

        If there are more than `MAX_REMEMBERED` networks in all, only this set stays.
        """
        with self._lock:
            self._remember(dict(zip(_hashes(networks), networks, strict=True)))

    def _remember(self, wanted: dict[str, Architecture]) -> None:
        new = [network for key, network in wanted.items() if key not in self._remembered]
        if new:
            cross = self._scaled(new, list(self._remembered.values()))
            self._known = _enlarged(self._known, cross, self._scaled(new))
            self._remembered.update(zip(_hashes(new), new, strict=True))
        if len(self._remembered) > MAX_REMEMBERED:
            self._known = self._among(tuple(wanted), tuple(wanted))
            self._remembered = wanted

    def _looked_up(self, rows: _Hashes, columns: _Hashes) -> NDArray[np.float64] | None:
        """The remembered dissimilarities; None if a network is not remembered."""
        with self._lock:
            is_known = self._remembered.keys() >= {*rows, *columns}
            return self._among(rows, columns) if is_known else None

    def _among(self, rows: _Hashes, columns: _Hashes) -> NDArray[np.float64]:
        chosen = _positions(self._remembered, rows), _positions(self._remembered, columns)
        return _pairs(self._known, *chosen)

    def _computed(
        self, a: Sequence[Architecture], b: Sequence[Architecture]
    ) -> NDArray[np.float64]:
        """Compute dissimilarities, once for equal networks of a side."""
        rows, columns = _hashes(a), _hashes(b)
        of_row, of_column = dict(zip(rows, a, strict=True)), dict(zip(columns, b, strict=True))
        is_within = list(of_row) == list(of_column)
        different = list(of_row.values()), None if is_within else list(of_column.values())
        scaled = self._scaled(*different)
        if len(of_row) == len(a) and len(of_column) == len(b):
            return scaled
        chosen = _positions(of_row, rows), _positions(of_column, columns)
        return _pairs(scaled, *chosen)

    def _scaled(
        self, a: Sequence[Architecture], b: Sequence[Architecture] | None = None
    ) -> NDArray[np.float64]:
        return self._measure(a, b) / self._scale


def _hashes(networks: Sequence[Architecture]) -> _Hashes:
    return tuple([network.canonical_hash() for network in networks])


def _positions(different: Iterable[str], keys: Iterable[str]) -> list[int]:
    position = {key: index for index, key in enumerate(different)}
    return [position[key] for key in keys]


def _pairs(
    dissimilarities: NDArray[np.float64], rows: Sequence[int], columns: Sequence[int]
) -> NDArray[np.float64]:
    """The dissimilarities of all pairs of the given rows and columns."""
    first, second = np.ix_(rows, columns)
    return dissimilarities[:, first, second]


def _enlarged(
    known: NDArray[np.float64], cross: NDArray[np.float64], new: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The symmetric matrices [[known, cross^T], [cross, new]], one for each dissimilarity."""
    above = np.concatenate([known, cross.transpose(0, 2, 1)], axis=2)
    return np.concatenate([above, np.concatenate([cross, new], axis=2)], axis=1)


def _mean_over_pairs(dissimilarities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each dissimilarity over pairs of networks, shape (k, 1, 1); 1 instead of 0."""
    k, n, _ = dissimilarities.shape
    above = dissimilarities[(slice(None), *np.triu_indices(n, k=1))]
    mean = above.mean(axis=1) if above.size else np.ones(k)
    return np.where(mean > 0, mean, 1.0)[:, np.newaxis, np.newaxis]
