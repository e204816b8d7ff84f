from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import OTMANN
from optuna_nasbot import MLPSpace
from optuna_nasbot.distance.scaled import ScaledDistances

SPACE = MLPSpace()


@pytest.fixture
def distances() -> ScaledDistances:
    return ScaledDistances(OTMANN.for_space(SPACE), SPACE.initial_pool)


def test_mean_over_pairs_of_references_is_one(distances: ScaledDistances) -> None:
    above = np.triu_indices(len(SPACE.initial_pool), k=1)
    for part in distances.within(SPACE.initial_pool).parts:
        np.testing.assert_allclose(part[:, above[0], above[1]].mean(axis=1), 1.0)


def test_observed_agrees_with_within_however_networks_arrive(distances: ScaledDistances) -> None:
    pool = SPACE.initial_pool
    distances.observed(pool[:3])
    distances.observed([pool[4], pool[1]])
    wanted = [pool[5], pool[1], pool[5], pool[0]]  # new, known and repeated ones
    for remembered, fresh in zip(
        distances.observed(wanted).parts, distances.within(wanted).parts, strict=True
    ):
        np.testing.assert_allclose(remembered, fresh, rtol=1e-12)


def test_observed_computes_each_pair_once(
    distances: ScaledDistances, monkeypatch: pytest.MonkeyPatch
) -> None:
    distances.observed(SPACE.initial_pool)

    def refuse(*arguments: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(OTMANN, "pairwise", refuse)
    assert distances.observed(SPACE.initial_pool[3:]).lp.shape == (4, 7, 7)


def test_scale_of_a_space_with_one_network() -> None:
    only = MLPSpace(min_layers=3, max_layers=3)
    scaled = ScaledDistances(OTMANN.for_space(only), only.initial_pool)
    assert not any(part.any() for part in scaled.within(only.initial_pool).parts)


def test_only_the_networks_asked_for_last_stay_beyond_the_limit(
    distances: ScaledDistances, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optuna_nasbot.distance.scaled.MAX_REMEMBERED", 4)
    pool, asked = SPACE.initial_pool, []

    def recorded(self: OTMANN, a: list[object], b: list[object] | None = None) -> object:
        asked.append((len(a), None if b is None else len(b)))
        return original(self, a, b)

    original = OTMANN.pairwise
    monkeypatch.setattr(OTMANN, "pairwise", recorded)
    distances.observed(pool[:3])
    late = distances.observed(pool[2:5])  # the fifth is one too many
    assert asked == [(3, 0), (3, None), (2, 3), (2, None)]
    np.testing.assert_allclose(late.emd, distances.within(pool[2:5]).emd, rtol=1e-12)
    asked.clear()
    distances.observed(pool[2:5])
    assert asked == []
    np.testing.assert_allclose(
        distances.observed(pool[:2]).wl, distances.within(pool[:2]).wl, rtol=1e-12
    )
    assert (2, 3) in asked
