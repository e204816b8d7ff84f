"""Fixtures for all tests."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from optuna_nasbot.architecture import Architecture

# Tests train small networks and start workers, which more threads each would slow down. PyTorch is
# not imported yet: the package does that where it needs it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

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


@pytest.fixture(scope="session")
def architectures(
    golden: Callable[[str], dict[str, Any]],
) -> Callable[[str], dict[str, Architecture]]:
    """The golden networks of a kind by their id. All tests share what it returns."""

    @cache
    def of_kind(kind: str) -> dict[str, Architecture]:
        return {
            network["id"]: Architecture.from_dict(
                {key: network[key] for key in ("kind", "layers", "edges")}
            )
            for network in golden(f"networks_{kind}")["networks"]
        }

    return of_kind


@pytest.fixture
def messages() -> Iterator[list[str]]:
    """What Optuna's handlers are given of the package's messages, since they are asked for."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    package, shown = logging.getLogger("optuna.optuna_nasbot"), logging.getLogger("optuna")
    handler.addFilter(logging.Filter(package.name))
    shown.addHandler(handler)
    level = package.level
    package.setLevel(logging.INFO)
    yield found
    package.setLevel(level)
    shown.removeHandler(handler)
