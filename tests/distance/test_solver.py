from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.distance import solver

SUPPLIES = np.array([0.4, 0.6])
DEMANDS = np.array([0.25, 0.75])
COSTS = np.array([[0.0, 1.0], [2.0, 0.5]])


def test_small_problem():
    # 0.25 at 0, 0.15 at 1, 0.6 at 0.5
    assert solver.transport_cost(SUPPLIES, DEMANDS, COSTS) == pytest.approx(0.45, abs=1e-15)


def test_public_solver_stands_in(monkeypatch):
    monkeypatch.setattr(solver, "emd_c", None)
    assert solver.transport_cost(SUPPLIES, DEMANDS, COSTS) == pytest.approx(0.45, abs=1e-15)


@pytest.mark.parametrize("emd_c", [solver.emd_c, None])
@pytest.mark.filterwarnings("ignore:numItermax reached")
def test_what_is_not_optimal_is_an_error(monkeypatch, emd_c):
    monkeypatch.setattr(solver, "emd_c", emd_c)
    monkeypatch.setattr(solver, "MAX_ITERATIONS", 1)
    random = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match=r"between 9 and 9 layers: .* got 3"):
        solver.transport_cost(np.full(9, 1 / 9), np.full(9, 1 / 9), random.random((9, 9)))


def test_sides_that_do_not_agree_are_an_error():
    with pytest.raises(RuntimeError, match="no optimal transport"):
        solver.transport_cost(SUPPLIES, 1.5 * DEMANDS, COSTS)
