"""NASBOT for OptunaHub: what a search needs of the installed package `optuna_nasbot`."""

from __future__ import annotations

try:
    from optuna_nasbot import CellSpace
    from optuna_nasbot import CNNSpace
    from optuna_nasbot import EvolutionSampler
    from optuna_nasbot import GraphSpace
    from optuna_nasbot import MLPSpace
    from optuna_nasbot import NASBOTSampler
    from optuna_nasbot import Operation
    from optuna_nasbot import best_architecture
    from optuna_nasbot import build_module
    from optuna_nasbot import get_architecture
    from optuna_nasbot import suggest_architecture
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"samplers/nasbot needs the module {error.name}, which is not installed: "
        "run `pip install optuna-nasbot`.",
        name=error.name,
    ) from error

__all__ = [
    "CNNSpace",
    "CellSpace",
    "EvolutionSampler",
    "GraphSpace",
    "MLPSpace",
    "NASBOTSampler",
    "Operation",
    "best_architecture",
    "build_module",
    "get_architecture",
    "suggest_architecture",
]
