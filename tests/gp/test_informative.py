from __future__ import annotations

import numpy as np

from optuna_nasbot import MLPSpace
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.trials.configuration import of_networks

NETWORKS = networks_around_pool(MLPSpace(), 60, np.random.default_rng(0))[:50]
KEYS = [each.key for each in of_networks("net", NETWORKS)]
VALUES = np.random.default_rng(1).normal(size=50)


def test_all_of_a_few() -> None:
    np.testing.assert_array_equal(informative_subset(KEYS, VALUES, 50), np.arange(50))
    assert len(informative_subset([], np.zeros(0), 5)) == 0


def test_the_best_half_and_a_sample_of_the_rest() -> None:
    chosen = informative_subset(KEYS, VALUES, 15)
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) == 15
    best = np.argsort(VALUES)[-8:]
    assert set(best) < set(chosen)
    # A sample of 7 out of 42 that has nothing to do with values or order is hardly ever one-sided.
    rest = np.setdiff1d(chosen, best)
    assert VALUES[rest].min() < np.median(VALUES)
    assert rest.min() < 25 < rest.max()


def test_a_further_observation_changes_little() -> None:
    before = informative_subset(KEYS[:49], VALUES[:49], 20)
    after = informative_subset(KEYS, VALUES, 20)
    assert len(np.setdiff1d(before, after)) <= 2


def test_the_sample_does_not_depend_on_the_order_of_observations() -> None:
    order = np.random.default_rng(2).permutation(50)
    shuffled = informative_subset([KEYS[i] for i in order], VALUES[order], 20)
    assert set(order[shuffled]) == set(informative_subset(KEYS, VALUES, 20))
