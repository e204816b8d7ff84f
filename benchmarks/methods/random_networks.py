"""Random networks of a space."""

from __future__ import annotations

import numpy as np

from optuna_nasbot import Architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace


def random_network(space: ArchitectureSpace, rng: np.random.Generator) -> Architecture:
    """One to five random edits of a random network of the initial pool."""
    pool = space.initial_pool
    start = Candidate(pool[int(rng.integers(len(pool)))])
    return mutate(start, space, rng).network
