"""On what scale the distances of a study are."""

from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot.distance.study_distances import distances_scaled_to
from optuna_nasbot.distance.study_distances import references_among
from optuna_nasbot.distance.study_distances import study_distances
from optuna_nasbot.search.initial_design import networks_around_pool

SPACE = MLPSpace(max_layers=8)
NETWORKS = tuple(networks_around_pool(SPACE, 120, np.random.default_rng(0)))[:90]


@pytest.mark.parametrize(
    ("n", "n_references"),
    [(0, 0), (1, 1), (2, 2), (3, 2), (4, 4), (7, 4), (8, 8), (31, 16), (32, 32), (90, 32)],
)
def test_references_are_the_first_of_a_study(n: int, n_references: int) -> None:
    assert references_among(NETWORKS[:n]) == NETWORKS[:n_references]


def test_equal_networks_count_once() -> None:
    a, b, c, d, *_ = NETWORKS
    again = Architecture(a.layers, a.edges, a.kind)
    assert references_among([a, again, a, b, c]) == (a, b)
    assert references_among([a, again, a, b, c, b, d]) == (a, b, c, d)


def mean_over_pairs(networks: tuple[Architecture, ...]) -> np.ndarray:
    distances = OTMANN.for_space(SPACE).pairwise(networks)[0]
    return distances[(slice(None), *np.triu_indices(len(networks), k=1))].mean(axis=1)


def test_distances_are_divided_by_their_means_over_the_references() -> None:
    found = distances_scaled_to(NETWORKS[:7]).d(NETWORKS[:3], NETWORKS[50:])
    d, _ = OTMANN.for_space(SPACE).pairwise(NETWORKS[:3], NETWORKS[50:])
    np.testing.assert_allclose(found, d / mean_over_pairs(NETWORKS[:7])[:, None, None])


@pytest.mark.parametrize(("n", "step"), [(39, 1), (40, 1), (41, 2), (90, 3)])
def test_distances_of_a_study_are_divided_by_means_over_at_most_forty(n: int, step: int) -> None:
    studied = NETWORKS[:n]
    found = study_distances(studied).d(studied[:3], studied[-3:])
    d, _ = OTMANN.for_space(SPACE).pairwise(studied[:3], studied[-3:])
    np.testing.assert_allclose(found, d / mean_over_pairs(studied[::step])[:, None, None])
