from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.distance.scaled import Distances
from optuna_nasbot.evolution import networks_around_pool
from optuna_nasbot.evolution import spread
from optuna_nasbot.evolution.start import in_turn
from optuna_nasbot.evolution.start import prepare

SPACE = MLPSpace(max_layers=20, max_units=128)


class Line:
    """Networks as points on a line: their distance is the difference of their places."""

    def __init__(self, places: dict[object, float]) -> None:
        self.places = places

    def between(self, networks, others):
        gaps = np.abs(
            np.array([self.places[n] for n in networks])[:, None]
            - np.array([self.places[n] for n in others])
        )
        none = np.zeros((1, *gaps.shape))
        return Distances(lp=none, emd=np.array([0.5 * gaps, 1.5 * gaps]), wl=none)


@pytest.mark.parametrize(
    ("n", "order"),
    [(1, [0]), (2, [0, 4]), (3, [0, 4, 2]), (5, [0, 4, 2, 3, 1]), (9, [0, 4, 2, 3, 1])],
)
def test_spread_takes_the_farthest_from_the_chosen(n: int, order: list[int]) -> None:
    networks = MLPSpace().initial_pool[:5]
    line = Line(dict(zip(networks, [0.0, 1.0, 5.0, 8.0, 10.0], strict=True)))
    assert spread(networks, n, line) == [networks[index] for index in order]


def test_spread_ends_when_all_are_alike() -> None:
    networks = MLPSpace().initial_pool[:3]
    assert spread(networks, 3, Line(dict.fromkeys(networks, 0.0))) == list(networks)


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


def test_preparation_is_the_same_each_time_and_a_longer_one_begins_alike() -> None:
    long, short = prepare(SPACE, 6), prepare(MLPSpace(max_layers=20, max_units=128), 3)
    assert len(long.start) == 6
    assert long.start[:3] == short.start
    assert long.start[0] == SPACE.initial_pool[0]
    assert len({network.canonical_hash() for network in long.start}) == 6
    assert all(network in SPACE for network in long.start)


def test_a_space_of_one_network_is_its_own_start() -> None:
    space = MLPSpace(min_layers=3, max_layers=3)
    assert prepare(space, 5).start == space.initial_pool


@pytest.mark.parametrize(("turn", "order"), [(0, [0, 1, 2]), (2, [2, 0, 1]), (7, [1, 2, 0])])
def test_in_turn(turn: int, order: list[int]) -> None:
    networks = SPACE.initial_pool[:3]
    assert in_turn(networks, turn) == [networks[index] for index in order]
