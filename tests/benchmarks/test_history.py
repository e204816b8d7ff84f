from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.mark.slow
def test_a_search_that_has_not_changed_gives_the_same_values_again(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    history = module("history")
    path = tmp_path / "history.csv"
    options = ["--trials", "12", "--observed", "20", "--repeats", "1", "--out", str(path)]
    monkeypatch.setattr(sys, "argv", ["history.py", *options])
    history.main()
    once = list(history.read(path))
    history.main()
    twice = list(history.read(path))
    assert twice[:4] == once
    assert [entry.measure for entry in twice[4:]] == [entry.measure for entry in once]
    best = [[e.value for e in run if "best of 12" in e.measure] for run in (twice[:4], twice[4:])]
    assert best[0] == best[1]
    assert all(float(entry.value) > 0 for entry in twice)
