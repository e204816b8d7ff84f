"""Architectures: frozen graphs of layers, what their labels mean, and what they cost."""

from __future__ import annotations

from optuna_nasbot.architecture.architecture import Architecture
from optuna_nasbot.architecture.cost import layer_masses
from optuna_nasbot.architecture.cost import total_mass
from optuna_nasbot.architecture.errors import ArchitectureError
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.architecture.operation_set import OperationSet
from optuna_nasbot.architecture.register import operations_of

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Layer",
    "Operation",
    "OperationSet",
    "layer_masses",
    "operations_of",
    "total_mass",
]
