"""The benchmarks of accuracy and size, and of a limit on size, without trainings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.mark.parametrize("method", ["nasbot", "nasbot/known", "evolution", "nsga2"])
def test_areas_of_fronts(module, tmp_path, monkeypatch, method: str) -> None:
    script, errors = module("real_front"), module("training").Errors

    class Trainer:
        def __init__(self, *_: Path) -> None:
            pass

        def __call__(self, training):
            return errors(valid=training.lr, test=2.0 * training.lr)

    monkeypatch.setattr(script, "Trainer", Trainer)
    run = module("results_table").Run("real-front", "digits", method, 0)
    areas, tests = script.searched(run, 8, tmp_path, tmp_path / "x.db")
    assert (np.diff(areas) >= -1e-9).all()
    assert 0 < tests[-1] < areas[-1]


@pytest.mark.parametrize("method", ["nasbot", "nasbot/known", "evolution"])
def test_allowed_networks(module, method: str) -> None:
    script = module("limited_size")
    run = module("results_table").Run("limited-size", "size", method, 0)
    regrets, shares = script.searched(run, 9)
    assert (np.diff(regrets) <= 0).all()
    assert 0 <= regrets[-1] <= 50_000**0.25
    assert shares[:5] == [0.0] * 5
    assert 0 <= shares[-1] <= 1
    if method == "nasbot/known":
        assert shares[-1] == 1
