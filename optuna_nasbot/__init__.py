"""NASBOT for Optuna: Bayesian optimisation over neural network architectures.

Kandasamy, Neiswanger, Schneider, Poczos, Xing: "Neural Architecture Search with Bayesian
Optimisation and Optimal Transport", NeurIPS 2018.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from typing import Any

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.network_cost import NetworkCost
from optuna_nasbot.architecture.network_cost import network_cost
from optuna_nasbot.architecture.notebook import draw_in_notebooks
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance import otmann_distance
from optuna_nasbot.evolution_sampler import EvolutionSampler
from optuna_nasbot.notebook_drawing import drawn_in_notebook
from optuna_nasbot.sampler import NASBOTSampler
from optuna_nasbot.spaces import CellSpace
from optuna_nasbot.spaces import CNNSpace
from optuna_nasbot.spaces import GraphSpace
from optuna_nasbot.spaces import MLPSpace
from optuna_nasbot.studies import best_architecture
from optuna_nasbot.studies import create_architecture_trial
from optuna_nasbot.studies import enqueue_architecture
from optuna_nasbot.studies import get_architecture
from optuna_nasbot.studies import pareto_architectures
from optuna_nasbot.suggest import suggest_architecture

if TYPE_CHECKING:
    from optuna_nasbot.network import build_module
    from optuna_nasbot.network import lsuv_init_
    from optuna_nasbot.network import module_source

__all__ = [
    "OTMANN",
    "Architecture",
    "ArchitectureError",
    "CNNSpace",
    "CellSpace",
    "EvolutionSampler",
    "GraphSpace",
    "Layer",
    "MLPSpace",
    "NASBOTSampler",
    "NetworkCost",
    "Operation",
    "best_architecture",
    "build_module",
    "count_parameters",
    "create_architecture_trial",
    "enqueue_architecture",
    "get_architecture",
    "lsuv_init_",
    "module_source",
    "network_cost",
    "otmann_distance",
    "pareto_architectures",
    "suggest_architecture",
    "total_mass",
]

draw_in_notebooks(drawn_in_notebook)

# The package's loggers are children of this one, which is a child of Optuna's. Optuna shows INFO
# by default; reports of progress are only for users who lower the level of this logger.
_logger = logging.getLogger(f"optuna.{__name__}")
if _logger.level == logging.NOTSET:
    _logger.setLevel(logging.WARNING)

_NEEDS_TORCH = {"build_module", "lsuv_init_", "module_source"}


def __getattr__(name: str) -> Any:
    # torch takes seconds to import: what needs it is imported only when it is asked for.
    if name in _NEEDS_TORCH:
        import optuna_nasbot.network as network

        return getattr(network, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
