"""The distance between the networks of a study, on a scale of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.scaled import Distances
from optuna_nasbot.distance.scaled import ScaledDistances

_N_REFERENCES = 40
_N_KEPT = 2
"""Sets of networks: all of a study, and those with a value. Two of 500 networks take 48 MB."""


class StudyDistances(ScaledDistances):
    """Distances within a set of networks are kept for the other figures of a study."""

    def within(self, networks: Sequence[Architecture]) -> Distances:
        return self._scaled(_within(self.otmann, tuple(networks)))


def study_distances(networks: Sequence[Architecture]) -> StudyDistances:
    """OTMANN with the paper's coefficients, each component divided by its mean over a study.

    The samplers divide by means over random networks of the search space, which a study does not
    know. For a kind of the user's own the labels and costs are those that its space registered.

    Args:
        networks: Networks of one kind, at least one.

    Returns:
        The distance, with means near 1 over the networks.
    """
    references = networks[:: -(-len(networks) // _N_REFERENCES)]
    return StudyDistances(OTMANN.for_kind(networks[0].kind), references)


@lru_cache(maxsize=_N_KEPT)
def _within(otmann: OTMANN, networks: tuple[Architecture, ...]) -> tuple[NDArray[np.float64], ...]:
    return (*otmann.pairwise(networks), neighbourhood_distances(networks, networks))
