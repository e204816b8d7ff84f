"""The nine edits of the paper (table 3)."""

from __future__ import annotations

from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.layer_edits import REMOVE_LAYER
from optuna_nasbot.edits.layer_edits import SWAP_LAYER
from optuna_nasbot.edits.layer_edits import WEDGE_LAYER
from optuna_nasbot.edits.path_edits import DUP_PATH
from optuna_nasbot.edits.path_edits import SKIP_PATH
from optuna_nasbot.edits.unit_edits import DEC_EN_MASSE
from optuna_nasbot.edits.unit_edits import DEC_SINGLE
from optuna_nasbot.edits.unit_edits import INC_EN_MASSE
from optuna_nasbot.edits.unit_edits import INC_SINGLE

EDITS: tuple[Edit, ...] = (
    INC_SINGLE,
    DEC_SINGLE,
    INC_EN_MASSE,
    DEC_EN_MASSE,
    SWAP_LAYER,
    WEDGE_LAYER,
    REMOVE_LAYER,
    DUP_PATH,
    SKIP_PATH,
)
