"""Search spaces: operations, hard limits and initial networks."""

from __future__ import annotations

from optuna_nasbot.spaces.cell import CellSpace
from optuna_nasbot.spaces.cnn import CNNSpace
from optuna_nasbot.spaces.graph import GraphSpace
from optuna_nasbot.spaces.mlp import MLPSpace
from optuna_nasbot.spaces.space import ArchitectureSpace

__all__ = ["ArchitectureSpace", "CNNSpace", "CellSpace", "GraphSpace", "MLPSpace"]
