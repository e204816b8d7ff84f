"""The nine edits of the paper and the evolutionary search that is made of them."""

from __future__ import annotations

from optuna_nasbot.evolution.candidate import Candidate
from optuna_nasbot.evolution.edits import EDITS
from optuna_nasbot.evolution.edits import edited
from optuna_nasbot.evolution.edits import one_edit_neighbours
from optuna_nasbot.evolution.maximiser import maximise
from optuna_nasbot.evolution.start import networks_around_pool

__all__ = [
    "EDITS",
    "Candidate",
    "edited",
    "maximise",
    "networks_around_pool",
    "one_edit_neighbours",
]
