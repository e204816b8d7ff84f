"""Expected hypervolume improvement against its definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import spearmanr

from optuna_nasbot.acquisition import hypervolume
from optuna_nasbot.acquisition import log_expected_improvement
from optuna_nasbot.acquisition.hypervolume import free_boxes
from optuna_nasbot.acquisition.hypervolume import log_expected_hypervolume_improvement

STAIRS = np.array([[1.0, 4.0], [2.0, 3.0], [4.0, 1.0]])
ZERO = np.zeros(2)


def improvement(
    mean: list[list[float]], std: list[list[float]], front: NDArray[np.float64], *at: float
) -> NDArray[np.float64]:
    boxes = free_boxes(front, np.array(at or np.zeros(front.shape[1])))
    return log_expected_hypervolume_improvement(np.array(mean), np.array(std), *boxes)


def volume(points: NDArray[np.float64]) -> float:
    """The volume between 0 and some points, by the cells of the grid that they make."""
    cuts = [np.unique(np.append(column, 0.0)) for column in points.T]
    cells = itertools.product(*(range(len(each) - 1) for each in cuts))
    return sum(
        float(np.prod([cut[i + 1] - cut[i] for cut, i in zip(cuts, cell, strict=True)]))
        for cell in cells
        if (points >= [cut[i + 1] for cut, i in zip(cuts, cell, strict=True)]).all(axis=1).any()
    )


def test_known_points_add_the_volume_that_they_add() -> None:
    # The stairs cover 4 + 3 + 2; each row is what a new point adds.
    points = [[3.0, 2.0], [5.0, 5.0], [2.0, 2.0], [4.0, 2.0], [0.5, 4.5]]
    found = improvement(points, [[0.0, 0.0]] * 5, STAIRS)
    np.testing.assert_allclose(np.exp(found), [1.0, 16.0, 0.0, 2.0, 0.25], atol=1e-12)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_known_points_add_what_a_grid_of_cells_says(k: int) -> None:
    rng = np.random.default_rng(k)
    front, points = rng.uniform(0.0, 1.0, (6, k)), rng.uniform(0.0, 1.3, (20, k))
    found = np.exp(improvement(points.tolist(), np.zeros((20, k)).tolist(), front))
    before = volume(front)
    added = [volume(np.vstack([front, point])) - before for point in points]
    np.testing.assert_allclose(found, added, atol=1e-12)


@pytest.mark.parametrize("k", [2, 3])
def test_against_sampling(k: int) -> None:
    rng = np.random.default_rng(10 + k)
    front, mean, std = rng.uniform(0, 1, (5, k)), rng.uniform(0, 1, (4, k)), np.full((4, k), 0.3)
    boxes = free_boxes(front, np.zeros(k))
    drawn = mean + std * rng.standard_normal((20_000, 4, k))
    of_draws = log_expected_hypervolume_improvement(
        drawn.reshape(-1, k), np.zeros((80_000, k)), *boxes
    )
    sampled = np.exp(of_draws).reshape(-1, 4)
    found = np.exp(log_expected_hypervolume_improvement(mean, std, *boxes))
    error = sampled.std(axis=0) / np.sqrt(len(sampled))
    assert (np.abs(found - sampled.mean(axis=0)) < 4 * error).all()


def test_of_one_objective_it_is_the_expected_improvement() -> None:
    mean, std = np.linspace(-40.0, 3.0, 30), np.full(30, 0.7)
    boxes = free_boxes(np.array([[0.5], [1.5]]), np.array([0.0]))
    found = log_expected_hypervolume_improvement(mean[:, None], std[:, None], *boxes)
    np.testing.assert_allclose(found, log_expected_improvement(mean, std, 1.5), rtol=1e-12)


def test_where_nothing_is_known_all_above_the_reference_counts() -> None:
    found = improvement([[1.0, 2.0]], [[0.5, 0.5]], np.empty((0, 2)), -1.0, 1.0)
    each = [float(0.5 * (norm.pdf(z) + z * norm.cdf(z))) for z in (4.0, 2.0)]
    assert np.exp(found[0]) == pytest.approx(each[0] * each[1])


def test_points_that_are_not_above_the_reference_dominate_nothing() -> None:
    with_them = np.vstack([STAIRS, [[9.0, -1.0], [0.0, 9.0]]])
    mean, std = [[3.0, 3.0], [1.0, 1.0]], [[0.5, 0.5]] * 2
    np.testing.assert_allclose(
        improvement(mean, std, with_them), improvement(mean, std, STAIRS), rtol=1e-12
    )


def test_far_below_the_front_candidates_are_still_told_apart() -> None:
    mean = [[-40.0 - step, -40.0] for step in range(30)]
    found = improvement(mean, [[0.5, 0.5]] * 30, STAIRS)
    assert np.isfinite(found).all()
    assert (np.diff(found) < 0).all()
    assert found[0] < -1000


@pytest.mark.parametrize("k", [2, 3, 4])
def test_boxes_are_disjoint_and_cover_what_is_free(k: int) -> None:
    rng = np.random.default_rng(k)
    front = np.round(rng.uniform(0, 1, (7, k)), 1)  # with equal values
    lower, upper = free_boxes(front, np.zeros(k))
    points = rng.uniform(0, 1.2, (500, k))
    n_holding = ((points[:, None] >= lower) & (points[:, None] < upper)).all(axis=2).sum(axis=1)
    is_free = ~(front[None] > points[:, None]).all(axis=2).any(axis=1)
    np.testing.assert_array_equal(n_holding, is_free.astype(int))


def on_a_sphere(n: int, k: int) -> NDArray[np.float64]:
    """Random points that don't dominate each other."""
    points = np.abs(np.random.default_rng(k).standard_normal((n, k)))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


@pytest.mark.parametrize("k", [3, 4, 6])
def test_of_a_long_front_of_many_objectives_there_is_an_estimate(
    k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = on_a_sphere(24 if k == 6 else 80, k)
    points = on_a_sphere(50, k) * np.linspace(0.7, 1.3, 50)[:, None]
    std = np.full((50, k), 0.2)
    lower, upper = free_boxes(front, np.zeros(k))
    assert len(lower) <= 3_000
    estimated = log_expected_hypervolume_improvement(points, std, lower, upper)
    monkeypatch.setattr(hypervolume, "_MAX_BOXES", 1_000_000)
    boxes = free_boxes(front, np.zeros(k))
    assert len(boxes[0]) > 3_000
    exact = log_expected_hypervolume_improvement(points, std, *boxes)
    assert (estimated >= exact - 1e-9).all()
    assert spearmanr(estimated, exact).statistic > 0.98


def test_the_best_of_each_objective_stays_in_the_estimate() -> None:
    front = np.vstack([on_a_sphere(200, 3), 2 * np.eye(3) + 0.001])
    lower, _ = free_boxes(front, np.zeros(3))
    assert (lower.max(axis=0) == 2.001).all()
