"""What the tests of both engines share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def compiling_numba() -> None:
    """Skips where numba is not installed, or is told not to compile (NUMBA_DISABLE_JIT)."""
    numba = pytest.importorskip("numba")
    if numba.config.DISABLE_JIT:
        pytest.skip("Numba must not compile: NUMBA_DISABLE_JIT is set.")
