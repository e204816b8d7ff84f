from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.search.initial_design import farthest
from optuna_nasbot.search.initial_design import in_turn
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.search.initial_design import start_proposal
from optuna_nasbot.search.joint_space import JointSpace
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.configuration import of_networks

SPACE = MLPSpace(max_layers=20, max_units=128)


class Line:
    """Networks as points on a line: their distance is the difference of their places."""

    def __init__(self, places: dict[object, float]) -> None:
        self.places = places

    def d_bar(self, networks, others):
        gaps = np.abs(
            np.array([self.places[n] for n in networks])[:, None]
            - np.array([self.places[n] for n in others])
        )
        return np.array([0.5 * gaps, 1.5 * gaps])


NETWORKS = MLPSpace().initial_pool[:6]
LINE = Line(dict(zip(NETWORKS, [0.0, 1.0, 5.0, 8.0, 10.0, 4.0], strict=True)))


@pytest.mark.parametrize(
    ("tried", "candidates", "chosen"),
    [
        ([0], [1, 2, 3], 3),
        ([0, 4], [1, 2, 3, 5], 2),
        ([4, 0], [1, 3], 3),
        ([3], [4], 4),
        ([], [2, 4], 2),
    ],
)
def test_farthest(tried: list[int], candidates: list[int], chosen: int) -> None:
    few = [NETWORKS[index] for index in candidates]
    found = farthest(few, [NETWORKS[index] for index in tried], LINE)
    assert candidates[found] == chosen


@pytest.mark.parametrize("space", [SPACE, CNNSpace(image_size=8, max_layers=15)])
def test_networks_around_the_pool(space) -> None:
    around = networks_around_pool(space, 40, np.random.default_rng(0))
    n_pool = len(space.initial_pool)
    assert tuple(around[:n_pool]) == space.initial_pool
    assert n_pool + 20 < len(around) <= n_pool + 40
    assert len({network.canonical_hash() for network in around}) == len(around)
    assert all(network in space for network in around)
    assert around == networks_around_pool(space, 40, np.random.default_rng(0))
    assert around != networks_around_pool(space, 40, np.random.default_rng(1))


def test_start_networks_were_not_tried_before() -> None:
    """In a small space: the random ones are all tried in the end."""
    space = MLPSpace(min_layers=4, max_layers=4, min_units=8, max_units=10, max_edges=3)
    distances, rng = network_distances(space), np.random.default_rng(0)
    tried: list[Configuration] = []
    for _ in range(15):
        tried.append(
            start_proposal(
                tried, JointSpace({"net": space}), "net", space.initial_pool, distances, rng
            ).configuration
        )
    assert len({each.key for each in tried}) == len(tried)
    assert all(each.networks["net"] in space for each in tried)


def test_the_only_network_of_a_space_is_tried_again() -> None:
    space, rng = MLPSpace(min_layers=3, max_layers=3), np.random.default_rng(0)
    pool = space.initial_pool
    (only,) = of_networks("net", pool)
    distances = network_distances(space)
    asked = JointSpace({"net": space})
    assert start_proposal([], asked, "net", pool, distances, rng).key == only.key
    assert start_proposal([only], asked, "net", pool, distances, rng).key == only.key


@pytest.mark.parametrize(("turn", "order"), [(0, [0, 1, 2]), (2, [2, 0, 1]), (7, [1, 2, 0])])
def test_in_turn(turn: int, order: list[int]) -> None:
    networks = SPACE.initial_pool[:3]
    assert in_turn(networks, turn) == [networks[index] for index in order]
