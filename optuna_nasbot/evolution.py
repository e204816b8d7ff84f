"""The old name of `optuna_nasbot.edits` and `optuna_nasbot.search`, for code that imports it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from collections.abc import Sequence
from collections.abc import Set
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.search import candidate
from optuna_nasbot.search.maximiser import SearchBudget
from optuna_nasbot.search.maximiser import maximise as maximise_proposals
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.spaces import ArchitectureSpace

_MOVED = {
    "EDITS": ("optuna_nasbot.edits", "EDITS"),
    "Candidate": ("optuna_nasbot.search", "Candidate"),
    "edited": ("optuna_nasbot.search", "mutate"),
    "networks_around_pool": ("optuna_nasbot.search", "networks_around_pool"),
    "one_edit_neighbours": ("optuna_nasbot.search", "one_edit_neighbours"),
}
"""Where each name is now, and what it is called there."""
_NAME, _BUDGET = "network", SearchBudget()

__all__ = [*_MOVED, "maximise"]


def maximise(
    acquisition: Callable[[Sequence[Architecture]], NDArray[np.float64]],
    parents: Sequence[candidate.Candidate],
    fitness: NDArray[np.float64],
    space: ArchitectureSpace,
    excluded: Set[str],
    rng: np.random.Generator,
    budget: SearchBudget = _BUDGET,
) -> candidate.Candidate | None:
    """`optuna_nasbot.search.maximise` for networks alone, whose excluded ones are hashes."""
    warnings.warn(
        f"{__name__}.maximise is deprecated: use optuna_nasbot.search.maximise.",
        DeprecationWarning,
        stacklevel=2,
    )
    found = maximise_proposals(
        lambda configurations: acquisition([each.networks[_NAME] for each in configurations]),
        proposals_of(_NAME, parents),
        fitness,
        NetworkMoves(_NAME, space),
        {(((_NAME, each),), ()) for each in excluded},
        rng,
        budget,
    )
    return None if found is None else found.candidates[_NAME]


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
