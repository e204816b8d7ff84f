from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optuna_nasbot import OTMANN
from optuna_nasbot.distance import study_distances as module
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.visualization import plot_architecture_map
from optuna_nasbot.visualization import plot_distance_vs_value
from optuna_nasbot.visualization import plot_surrogate


def test_figures_of_a_study_share_distances(
    monkeypatch: pytest.MonkeyPatch, trial: Any, study: Any, pool: Any
) -> None:
    made = study(*(trial(network, float(i)) for i, network in enumerate(pool)))
    n_networks: list[int] = []
    pairwise = OTMANN.pairwise

    def counted(self: OTMANN, a: Any, b: Any = None) -> Any:
        n_networks.append(len(a) if b is None else len(a) * len(b))
        return pairwise(self, a, b)

    monkeypatch.setattr(OTMANN, "pairwise", counted)
    monkeypatch.setattr(module, "_N_REFERENCES", 3)
    module._study_distances.cache_clear()
    for plot in (plot_architecture_map, plot_surrogate, plot_distance_vs_value):
        plot(made, "net")
    assert n_networks.count(len(pool)) == 1


def test_kept_distances_are_those_of_the_networks(pool: Any) -> None:
    for networks in (pool[:6], pool[3:9], pool[:6]):
        kept = module.study_distances(networks)
        anew = NetworkDistances(OTMANN.for_kind(pool[0].kind), networks)
        for part in ("d", "d_bar"):
            found, expected = (getattr(each, part)(networks, networks) for each in (kept, anew))
            np.testing.assert_array_equal(found, expected)
