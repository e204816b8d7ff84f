"""The old name of `optuna_nasbot.edits` and `optuna_nasbot.search`, for code that imports it."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

_MOVED = {
    "EDITS": ("optuna_nasbot.edits", "EDITS"),
    "Candidate": ("optuna_nasbot.search", "Candidate"),
    "edited": ("optuna_nasbot.search", "mutate"),
    "networks_around_pool": ("optuna_nasbot.search", "networks_around_pool"),
    "one_edit_neighbours": ("optuna_nasbot.search", "one_edit_neighbours"),
}
"""Where each name is now, and what it is called there."""

__all__ = [*_MOVED]


def __getattr__(name: str) -> Any:
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, new_name = _MOVED[name]
    warnings.warn(
        f"{__name__}.{name} is deprecated: use {module}.{new_name}.",
        DeprecationWarning,
        stacklevel=2,
    )
    return getattr(import_module(module), new_name)
