"""Networks: an architecture as a `torch.nn.Module`, its initialisation, its code."""

from __future__ import annotations

from optuna_nasbot.network.build import build_module
from optuna_nasbot.network.lsuv import lsuv_init_
from optuna_nasbot.network.source import module_source

__all__ = ["build_module", "lsuv_init_", "module_source"]
