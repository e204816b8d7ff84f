"""Fixtures for all tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

GOLDEN = Path(__file__).parent / "golden"

pytest.register_assert_rewrite("optuna.testing.pytest_samplers")

# A loaded machine is slow, not wrong. All else as hypothesis has it: reproducible where CI is set.
settings.register_profile("optuna_nasbot", deadline=None)
settings.load_profile("optuna_nasbot")


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Read a golden file, named without its suffix. All tests share what it returns."""

    @cache
    def read(name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
        return content

    return read
