from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness

from optuna_nasbot.visualization.figures.embedding import classical_scaling
from optuna_nasbot.visualization.figures.embedding import embedded


def of_points(points: np.ndarray) -> np.ndarray:
    return cdist(points, points)


@pytest.mark.parametrize("n", [1, 2, 3, 20])
def test_distances_in_the_plane_are_found_again(n: int) -> None:
    distances = of_points(np.random.default_rng(n).normal(size=(n, 2)))
    np.testing.assert_allclose(of_points(classical_scaling(distances)), distances, atol=1e-7)


def test_distances_that_no_plane_has_give_numbers() -> None:
    distances = np.random.default_rng(0).uniform(size=(8, 8))
    distances = np.triu(distances, 1) + np.triu(distances, 1).T
    places = classical_scaling(distances)
    assert places.shape == (8, 2)
    assert np.isfinite(places).all()


def test_tsne_keeps_groups_together() -> None:
    groups = np.repeat([0, 1, 2], 10)
    centres = 20.0 * np.eye(3)[groups]
    places, method = embedded(of_points(centres + np.random.default_rng(0).normal(size=(30, 3))))
    assert method == "t-SNE"
    apart = of_points(places)
    same = np.equal.outer(groups, groups)
    assert apart[same].max() < apart[~same].min()


def test_neighbours_among_many_stay_neighbours() -> None:
    distances = of_points(np.random.default_rng(306).normal(size=(300, 6)))
    places, _ = embedded(distances)
    assert trustworthiness(distances, places, metric="precomputed", n_neighbors=10) > 0.9


def test_equal_distances_give_equal_places() -> None:
    distances = of_points(np.random.default_rng(3).normal(size=(15, 4)))
    np.testing.assert_array_equal(embedded(distances)[0], embedded(distances)[0])


def test_few_points_and_those_all_in_one_place_are_scaled() -> None:
    few = of_points(np.random.default_rng(4).normal(size=(9, 3)))
    assert embedded(few)[1] == "classical scaling"
    places, method = embedded(np.zeros((12, 12)))
    assert method == "classical scaling"
    np.testing.assert_array_equal(places, np.zeros((12, 2)))


class Broken(types.ModuleType):
    """A library that raises something else than ImportError."""

    def __getattr__(self, name: str) -> object:
        raise OSError("libgomp.so.1: cannot allocate memory in static TLS block")


@pytest.mark.parametrize("module", [None, Broken("sklearn.manifold")])
def test_without_scikit_learn_points_are_scaled(
    module: types.ModuleType | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", module)
    distances = of_points(np.random.default_rng(5).normal(size=(12, 2)))
    places, method = embedded(distances)
    assert method == "classical scaling"
    np.testing.assert_allclose(of_points(places), distances, atol=1e-7)
