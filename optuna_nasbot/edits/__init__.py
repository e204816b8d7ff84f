"""What can be done to a network: the nine edits of the paper, and those of cells."""

from __future__ import annotations

from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.listed_units import edits_on
from optuna_nasbot.edits.paper_edits import EDITS

__all__ = ["EDITS", "Edit", "edits_on"]
