"""The distances between the networks of a study, on a scale of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.distance.otmann import OTMANN

_N_REFERENCES = 40
_N_KEPT = 2
"""Sets of networks: all those of a study, and those with a value. Two sets of 500 networks take
48 MB."""


def study_distances(networks: Sequence[Architecture]) -> NetworkDistances:
    """The distances with the paper's coefficients, divided by their means over a study.

    The samplers divide by means over random networks of the search space, which a study does not
    know. For a user's own kind the labels and costs are those that its space registered. All
    figures of a study share these distances, and so what they remember.

    Args:
        networks: Networks of one kind, at least one.

    Returns:
        The distances, with means near 1 over the networks.
    """
    return _study_distances(OTMANN.for_kind(networks[0].kind), tuple(networks))


def references_among(networks: Sequence[Architecture]) -> tuple[Architecture, ...]:
    """Networks whose distances set the scale of all others: the first 1, 2, 4, ..., 32 of a study.

    A growing study keeps the same ones for a while, so that what was computed with them stays
    valid.

    Args:
        networks: The networks of a study in the order of its trials.
    """
    different = list({each.canonical_hash(): each for each in networks}.values())
    n = min(len(different), _N_REFERENCES)
    return tuple(different[: 1 << n.bit_length() - 1]) if n else ()


def distances_scaled_to(references: Sequence[Architecture]) -> NetworkDistances:
    """The distances with the paper's coefficients, divided by their means over some networks.

    Args:
        references: Networks of one kind, at least one.
    """
    return NetworkDistances(OTMANN.for_kind(references[0].kind), references)


@lru_cache(maxsize=_N_KEPT)
def _study_distances(otmann: OTMANN, networks: tuple[Architecture, ...]) -> NetworkDistances:
    return NetworkDistances(otmann, networks[:: -(-len(networks) // _N_REFERENCES)])
