"""Regularised evolution (Real et al. 2019, "Regularized Evolution for Image Classifiers")."""

from __future__ import annotations

import numpy as np

from methods.random_networks import random_network
from optuna_nasbot import Architecture
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Observations

POPULATION = 20
SAMPLE = 5


def regularised_evolution(
    observed: Observations, space: ArchitectureSpace, rng: np.random.Generator
) -> Architecture:
    """A child, one edit away, of the best of a random sample of the population.

    The population is the latest networks, so that the oldest one dies when a child is born, good
    or bad; it is filled with random networks first.
    """
    (name,) = observed.dimensions.kinds
    networks = observed.networks(name)[-POPULATION:]
    values = observed.outcomes.values[-POPULATION:, 0]
    if len(networks) < POPULATION:
        return random_network(space, rng)
    sample = rng.choice(POPULATION, size=SAMPLE, replace=False)
    parent = networks[sample[np.argmax(values[sample])]]
    return mutate(Candidate(parent), space, rng, count_probabilities=(1.0,)).network
