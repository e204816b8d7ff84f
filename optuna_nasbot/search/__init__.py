"""The evolutionary search: networks are mutated at random, and the better ones more often."""

from __future__ import annotations

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.initial_design import networks_around_pool
from optuna_nasbot.search.maximiser import maximise
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.mutation import one_edit_neighbours

__all__ = [
    "Candidate",
    "maximise",
    "mutate",
    "networks_around_pool",
    "one_edit_neighbours",
]
