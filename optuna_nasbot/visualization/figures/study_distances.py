"""The distance between the networks of a study, on a scale of their own."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance.scaled import ScaledDistances

_N_REFERENCES = 40


def study_distances(networks: Sequence[Architecture]) -> ScaledDistances:
    """OTMANN with the paper's coefficients, each component divided by its mean over a study.

    The samplers divide by means over random networks of the search space, which a study does not
    know. For a kind of the user's own the labels and costs are those that its space registered.

    Args:
        networks: Networks of one kind, at least one.

    Returns:
        The distance, with means near 1 over the networks.
    """
    references = networks[:: -(-len(networks) // _N_REFERENCES)]
    return ScaledDistances(OTMANN.for_kind(networks[0].kind), references)
