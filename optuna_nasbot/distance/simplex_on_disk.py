"""The compiled network simplex, kept on disk for later processes. Needs numba.

The import fails if numba finds no folder for it, and calls fail if it can't be written.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

from pathlib import Path
from typing import Any

from optuna_nasbot.distance import network_simplex
from optuna_nasbot.distance.checksums import remove_damaged
from optuna_nasbot.distance.checksums import write_checksums
from optuna_nasbot.distance.compilation import announce_compilation

_solve_pairs = network_simplex.entry(cache=True)(network_simplex.solve_pairs.py_func)


def solve_pairs(*problems: Any) -> None:
    """As `network_simplex.solve_pairs`."""
    before = _n_compiled()
    _solve_pairs(*problems)
    if _n_compiled() > before:
        write_checksums(_files())


def _n_compiled() -> int:
    return _solve_pairs.stats.cache_misses.total()


def _files() -> list[Path]:
    """All files of the compiled simplex, for any versions of Python and numba."""
    name = Path(network_simplex.__file__).stem
    folder = Path(str(_solve_pairs.stats.cache_path))
    return list(folder.glob(f"{name}.*.nb[ci]"))


announce_compilation(_solve_pairs)
remove_damaged(_files())
