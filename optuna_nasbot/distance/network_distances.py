"""All dissimilarities of networks, on a common scale."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.otmann import OTMANN
from optuna_nasbot.distance.scaled import ScaledDissimilarities


class NetworkDistances:
    """The dissimilarities of networks of one kind, computed lazily.

    Args:
        otmann: The optimal-transport distance.
        references: Networks that are typical of a search space; the mean of each dissimilarity
            over their pairs becomes 1.
    """

    def __init__(self, otmann: OTMANN, references: Sequence[Architecture]) -> None:
        self.otmann = otmann
        self._references = references

    @cached_property
    def transport(self) -> ScaledDissimilarities:
        """OTMANN's distances at all structural coefficients: first those of d, then of d-bar."""
        return ScaledDissimilarities(self._transport, self._references)

    @cached_property
    def neighbourhoods(self) -> ScaledDissimilarities:
        """Distances of the Weisfeiler-Lehman histograms of neighbourhoods."""
        return ScaledDissimilarities(neighbourhood_distances, self._references)

    @property
    def n_coeffs(self) -> int:
        """The number of structural coefficients."""
        return len(self.otmann.struct_coeffs)

    def d(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """OTMANN with unnormalised masses between n and m networks, (n_coeffs, n, m)."""
        return self.transport.between(a, b)[: self.n_coeffs]

    def d_bar(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """OTMANN with normalised masses between n and m networks, (n_coeffs, n, m)."""
        return self.transport.between(a, b)[self.n_coeffs :]

    def _transport(
        self, a: Sequence[Architecture], b: Sequence[Architecture] | None
    ) -> NDArray[np.float64]:
        return np.concatenate(self.otmann.pairwise(a, b))
