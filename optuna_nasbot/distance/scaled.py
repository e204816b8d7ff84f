"""Distances on a common scale, with a memory for the networks that come again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.neighbourhoods import N_HISTOGRAMS
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.otmann import OTMANN

MAX_REMEMBERED = 1000
"""Networks whose distances take 100 MB."""


@dataclass(frozen=True, eq=False)
class Distances:
    """All distances between n and m networks.

    Attributes:
        lp: OTMANN with unnormalised masses, d, shape (n_coeffs, n, m).
        emd: OTMANN with normalised masses, d-bar, shape (n_coeffs, n, m).
        wl: Weisfeiler-Lehman histograms of neighbourhoods, shape (n_histograms, n, m).
    """

    lp: NDArray[np.float64]
    emd: NDArray[np.float64]
    wl: NDArray[np.float64]

    @property
    def parts(self) -> tuple[NDArray[np.float64], ...]:
        """The three arrays."""
        return (self.lp, self.emd, self.wl)


class ScaledDistances:
    """Distances divided by their means over pairs of reference networks.

    With this scale one set of priors on the kernel's hyperparameters fits every search space.
    Distances among the networks that were passed to `observed` are kept, so that a growing study
    computes each of them once. Beyond `MAX_REMEMBERED` networks only those asked for last stay.

    Args:
        otmann: The optimal-transport distance.
        references: Networks that are typical of the search space.
    """

    def __init__(self, otmann: OTMANN, references: Sequence[Architecture]) -> None:
        self.otmann = otmann
        unscaled = (*otmann.pairwise(references), neighbourhood_distances(references, references))
        self._scales = tuple(_mean_over_pairs(part) for part in unscaled)
        self._remembered: dict[str, Architecture] = {}
        n_coeffs = len(otmann.struct_coeffs)
        self._known = Distances(*(np.zeros((k, 0, 0)) for k in (n_coeffs, n_coeffs, N_HISTOGRAMS)))

    def between(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Distances:
        """Scaled distances between two sets of networks, with means about 1 over the space."""
        return self._scaled((*self.otmann.pairwise(a, b), neighbourhood_distances(a, b)))

    def within(self, networks: Sequence[Architecture]) -> Distances:
        """Scaled distances within one set of networks."""
        transport = self.otmann.pairwise(networks)
        return self._scaled((*transport, neighbourhood_distances(networks, networks)))

    def observed(self, networks: Sequence[Architecture]) -> Distances:
        """Scaled distances within one set of networks, remembered for the next call."""
        wanted = {network.canonical_hash(): network for network in networks}
        self._remember({key: wanted[key] for key in wanted if key not in self._remembered})
        if len(self._remembered) > MAX_REMEMBERED:
            self._known = self._among(list(wanted))
            self._remembered = wanted
        return self._among([network.canonical_hash() for network in networks])

    def _remember(self, new: dict[str, Architecture]) -> None:
        if not new:
            return
        networks = list(new.values())
        cross = self.between(networks, list(self._remembered.values()))
        blocks = zip(self._known.parts, cross.parts, self.within(networks).parts, strict=True)
        self._known = Distances(*(_enlarged(*block) for block in blocks))
        self._remembered.update(new)

    def _among(self, keys: Sequence[str]) -> Distances:
        """The known distances of all pairs of these hashes."""
        position = {key: index for index, key in enumerate(self._remembered)}
        chosen = [position[key] for key in keys]
        rows, columns = np.ix_(chosen, chosen)
        return Distances(*(part[:, rows, columns] for part in self._known.parts))

    def _scaled(self, parts: Sequence[NDArray[np.float64]]) -> Distances:
        return Distances(*(part / scale for part, scale in zip(parts, self._scales, strict=True)))


def _enlarged(
    known: NDArray[np.float64], cross: NDArray[np.float64], new: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The symmetric matrices [[known, cross^T], [cross, new]], one for each component."""
    above = np.concatenate([known, cross.transpose(0, 2, 1)], axis=2)
    return np.concatenate([above, np.concatenate([cross, new], axis=2)], axis=1)


def _mean_over_pairs(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each component over different networks, (n_coeffs, 1, 1); 1 where that is 0."""
    n_coeffs, n, _ = distances.shape
    above = distances[(slice(None), *np.triu_indices(n, k=1))]
    mean = above.mean(axis=1) if above.size else np.ones(n_coeffs)
    return np.where(mean > 0, mean, 1.0)[:, np.newaxis, np.newaxis]
