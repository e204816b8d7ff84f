"""Local search by first improvement (White et al. 2021, "Exploring the Loss Landscape in NAS")."""

from __future__ import annotations

import numpy as np

from methods.random_networks import random_network
from optuna_nasbot import Architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Observations


class LocalSearch:
    """Tries the one-edit neighbours of the incumbent, and moves to the first that is better.

    The incumbent is thus the best network since the climb began; the first climb begins at the
    best network of the start. When all neighbours were tried, the next one begins at a random
    network.
    """

    def __init__(self) -> None:
        self._climb_begins_at = 0

    def __call__(
        self, observed: Observations, space: ArchitectureSpace, rng: np.random.Generator
    ) -> Architecture:
        (name,) = observed.dimensions.kinds
        networks = observed.networks(name)
        of_climb = slice(self._climb_begins_at, None)
        values = observed.outcomes.values[of_climb, 0]
        if len(values):
            incumbent = networks[of_climb][int(np.argmax(values))]
            neighbours = one_edit_neighbours(Candidate(incumbent), space, rng)
            for proposal in proposals_of(name, neighbours):
                if proposal.key not in observed.excluded:
                    return proposal.configuration.networks[name]
        self._climb_begins_at = len(networks)
        return random_network(space, rng)
