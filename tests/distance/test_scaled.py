from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.distance.scaled import ScaledDissimilarities

SPACE = MLPSpace()
POOL = SPACE.initial_pool


class Recorded:
    """Distances that remember how many pairs they were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int | None]] = []

    def __call__(self, a: list[Architecture], b: list[Architecture] | None) -> np.ndarray:
        self.asked.append((len(a), None if b is None else len(b)))
        return neighbourhood_distances(a, b)


@pytest.fixture
def measure() -> Recorded:
    return Recorded()


@pytest.fixture
def scaled(measure: Recorded) -> ScaledDissimilarities:
    made = ScaledDissimilarities(measure, POOL)
    measure.asked.clear()
    return made


def test_mean_over_pairs_of_references_is_one() -> None:
    distances = NetworkDistances(OTMANN.for_space(SPACE), POOL)
    above = np.triu_indices(len(POOL), k=1)
    for found in (
        distances.d(POOL, POOL),
        distances.d_bar(POOL, POOL),
        distances.neighbourhoods.between(POOL, POOL),
    ):
        np.testing.assert_allclose(found[:, above[0], above[1]].mean(axis=1), 1.0)


def test_d_and_d_bar_are_those_of_otmann_but_for_their_scales() -> None:
    otmann = OTMANN.for_space(SPACE)
    distances = NetworkDistances(otmann, POOL)
    d, d_bar = otmann.pairwise(POOL[:3], POOL[4:])
    for found, expected in (
        (distances.d(POOL[:3], POOL[4:]), d),
        (distances.d_bar(POOL[:3], POOL[4:]), d_bar),
    ):
        ratios = found / expected
        np.testing.assert_allclose(ratios, np.broadcast_to(ratios[:, :1, :1], ratios.shape))


def test_remembered_ones_agree_with_others_however_networks_arrive(
    scaled: ScaledDissimilarities,
) -> None:
    scaled.remember(POOL[:3])
    scaled.remember([POOL[4], POOL[1], POOL[5], POOL[0]])
    rows, columns = [POOL[5], POOL[1], POOL[5], POOL[0]], [POOL[2], POOL[4]]
    fresh = ScaledDissimilarities(neighbourhood_distances, POOL)
    for a, b in ((rows, rows), (rows, columns), (columns, rows)):
        np.testing.assert_allclose(scaled.between(a, b), fresh.between(a, b), rtol=1e-12)


def test_what_is_remembered_is_computed_once(
    scaled: ScaledDissimilarities, measure: Recorded
) -> None:
    scaled.remember(POOL[:3])
    scaled.remember(POOL[:5])
    assert measure.asked == [(3, 0), (3, None), (2, 3), (2, None)]
    measure.asked.clear()
    scaled.remember(POOL[:5])
    assert scaled.between(POOL[3:5], POOL[:4]).shape == (4, 2, 4)
    assert measure.asked == []


def test_networks_that_come_several_times_are_measured_once(
    scaled: ScaledDissimilarities, measure: Recorded
) -> None:
    same = Architecture(POOL[0].layers, POOL[0].edges, POOL[0].kind)
    rows, columns = [POOL[0], POOL[1], same, POOL[0]], [POOL[2], POOL[2], POOL[1]]
    found = scaled.between(rows, columns)
    assert measure.asked == [(2, 2)]
    fresh = neighbourhood_distances(rows, columns)
    ratios = found[fresh > 0] / fresh[fresh > 0]
    assert found.shape == (4, 4, 3)
    assert len(np.unique(ratios.round(12))) <= 4  # one scale for each dissimilarity


def test_what_was_asked_for_last_is_kept(scaled: ScaledDissimilarities, measure: Recorded) -> None:
    first = scaled.between(POOL[:3], POOL[3:])
    assert scaled.between(list(POOL[:3]), list(POOL[3:])) is first
    scaled.between(POOL[:2], POOL[3:])
    assert measure.asked == [(3, len(POOL) - 3), (2, len(POOL) - 3)]


@pytest.mark.parametrize(("n", "m"), [(0, 2), (2, 0), (0, 0)])
def test_no_networks(scaled: ScaledDissimilarities, n: int, m: int) -> None:
    assert scaled.between(POOL[:n], POOL[5 : 5 + m]).shape == (4, n, m)


def test_scale_of_a_space_with_one_network() -> None:
    only = MLPSpace(min_layers=3, max_layers=3)
    distances = NetworkDistances(OTMANN.for_space(only), only.initial_pool)
    assert not distances.d(only.initial_pool, only.initial_pool).any()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("references", [POOL[:1], (POOL[0], POOL[0], POOL[0])])
def test_references_without_distances_leave_the_scale_as_it_is(
    references: tuple[Architecture, ...],
) -> None:
    found = ScaledDissimilarities(neighbourhood_distances, references).between(POOL, POOL[:2])
    np.testing.assert_array_equal(found, neighbourhood_distances(POOL, POOL[:2]))


def test_only_the_networks_of_the_last_call_stay_beyond_the_limit(
    scaled: ScaledDissimilarities, measure: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optuna_nasbot.distance.scaled.MAX_REMEMBERED", 4)
    scaled.remember(POOL[:3])
    scaled.remember(POOL[2:5])  # the fifth is one too many
    measure.asked.clear()
    late = scaled.between(POOL[2:5], POOL[2:5])
    assert measure.asked == []
    fresh = ScaledDissimilarities(neighbourhood_distances, POOL)
    np.testing.assert_allclose(late, fresh.between(POOL[2:5], POOL[2:5]), rtol=1e-12)
    scaled.between(POOL[:2], POOL[:2])
    assert measure.asked == [(2, None)]
