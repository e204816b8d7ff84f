from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def module(monkeypatch) -> Callable[[str], ModuleType]:
    """Import a module of the benchmarks, as their scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module
