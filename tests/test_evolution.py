"""The old name of the search goes on working."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import edits
from optuna_nasbot import evolution
from optuna_nasbot import search

NOW: dict[str, Any] = {
    "EDITS": edits.EDITS,
    "Candidate": search.Candidate,
    "edited": search.mutate,
    "networks_around_pool": search.networks_around_pool,
    "one_edit_neighbours": search.one_edit_neighbours,
}


def test_old_names_work_with_a_warning() -> None:
    assert evolution.__all__ == [*NOW, "maximise"]
    for name, now in NOW.items():
        with pytest.warns(DeprecationWarning, match=rf"evolution\.{name} is deprecated") as caught:
            assert getattr(evolution, name) is now
        assert [warning.filename for warning in caught] == [__file__]
    with pytest.raises(AttributeError, match="draft"):
        evolution.draft  # noqa: B018


def test_the_old_maximiser_takes_networks_and_hashes() -> None:
    space = MLPSpace(max_layers=10)
    pool = [*map(search.Candidate, space.initial_pool)]
    excluded = {candidate.network.canonical_hash() for candidate in pool}
    looked_at: set[str] = set()

    def depth(networks: Sequence[Architecture]) -> np.ndarray:
        looked_at.update(network.canonical_hash() for network in networks)
        return np.array([float(len(network.layers)) for network in networks])

    rng = np.random.default_rng(0)
    with pytest.warns(DeprecationWarning, match=r"evolution\.maximise is deprecated") as caught:
        found = evolution.maximise(depth, pool, np.zeros(len(pool)), space, excluded, rng)
    assert [warning.filename for warning in caught] == [__file__]
    assert len(found.network.layers) == space.max_layers
    assert found.network.canonical_hash() in looked_at
    assert not looked_at & excluded
