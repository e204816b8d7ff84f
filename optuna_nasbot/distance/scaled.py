"""Distances on a common scale, with a memory for the networks that come again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.otmann import OTMANN
from optuna_nasbot.distance.otmann import Distances


class ScaledDistances:
    """OTMANN distances divided by their mean over pairs of reference networks.

    With this scale one set of priors on the kernel's hyperparameters fits every search space.
    Distances among the networks that were passed to `observed` are kept, so that a growing study
    computes each of them once.

    Args:
        otmann: The distance.
        references: Networks that are typical of the search space, at least two different ones
            unless the space has no more.
    """

    def __init__(self, otmann: OTMANN, references: Sequence[Architecture]) -> None:
        self.otmann = otmann
        n_coeffs = len(otmann.struct_coeffs)
        self._scales = tuple(_mean_over_pairs(part) for part in otmann.pairwise(references))
        self._index: dict[str, int] = {}
        self._networks: list[Architecture] = []
        self._known: Distances = (np.zeros((n_coeffs, 0, 0)), np.zeros((n_coeffs, 0, 0)))

    def between(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Distances:
        """Scaled distances between two sets of networks.

        Returns:
            (d, d_bar), arrays (n_coeffs, n_a, n_b) with mean about 1 over the search space.
        """
        return self._scaled(self.otmann.pairwise(a, b))

    def within(self, networks: Sequence[Architecture]) -> Distances:
        """Scaled distances within one set of networks.

        Returns:
            (d, d_bar), arrays (n_coeffs, n, n), symmetric.
        """
        return self._scaled(self.otmann.pairwise(networks))

    def observed(self, networks: Sequence[Architecture]) -> Distances:
        """Scaled distances within one set of networks, remembered for the next call.

        Returns:
            (d, d_bar), arrays (n_coeffs, n, n), symmetric.
        """
        new = {
            network.canonical_hash(): network
            for network in networks
            if network.canonical_hash() not in self._index
        }
        if new:
            self._remember(list(new.values()))
        chosen = [self._index[network.canonical_hash()] for network in networks]
        rows, columns = np.ix_(chosen, chosen)
        return self._known[0][:, rows, columns], self._known[1][:, rows, columns]

    def _remember(self, new: list[Architecture]) -> None:
        to_known = self.between(new, self._networks)
        within = self.within(new)
        self._known = tuple(  # type: ignore[assignment]
            np.concatenate(
                [
                    np.concatenate([known, cross.transpose(0, 2, 1)], axis=2),
                    np.concatenate([cross, square], axis=2),
                ],
                axis=1,
            )
            for known, cross, square in zip(self._known, to_known, within, strict=True)
        )
        for network in new:
            self._index[network.canonical_hash()] = len(self._networks)
            self._networks.append(network)

    def _scaled(self, distances: Distances) -> Distances:
        d, d_bar = distances
        return d / self._scales[0], d_bar / self._scales[1]


def _mean_over_pairs(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each component over different networks, (n_coeffs, 1, 1); 1 where that is 0."""
    n_coeffs, n, _ = distances.shape
    above = distances[(slice(None), *np.triu_indices(n, k=1))]
    mean = above.mean(axis=1) if above.size else np.ones(n_coeffs)
    return np.where(mean > 0, mean, 1.0)[:, np.newaxis, np.newaxis]
