"""Networks of about a given size that are related as those of a search are."""

from __future__ import annotations

import numpy as np

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace

SPACES: dict[str, ArchitectureSpace] = {"cnn": CNNSpace(), "mlp": MLPSpace()}
TOLERANCE = 0.15


def population(space: ArchitectureSpace, n_layers: int, n: int) -> list[Architecture]:
    """Networks with `n_layers` layers, more or less, that random edits made from the initial pool.

    A child joins the population when its number of layers is at most `TOLERANCE` off, and takes
    its parent's place when it comes nearer to that. The same networks in every process.

    Args:
        space: The search space.
        n_layers: The number of layers to keep to.
        n: How many networks.

    Returns:
        n different networks.
    """
    rng = np.random.default_rng(0)
    parents = list(space.initial_pool)
    grown: dict[str, Architecture] = {}
    while len(grown) < n:
        index = int(rng.integers(len(parents)))
        child = mutate(Candidate(parents[index]), space, rng).network
        excess = _excess(child, n_layers)
        if excess == 0 and child.canonical_hash() not in grown:
            grown[child.canonical_hash()] = child
            parents.append(child)
        elif excess < _excess(parents[index], n_layers):
            parents[index] = child
    return list(grown.values())


def _excess(network: Architecture, n_layers: int) -> float:
    """By how many layers a network is more off than tolerated."""
    return max(0.0, abs(len(network.layers) - n_layers) - TOLERANCE * n_layers)
