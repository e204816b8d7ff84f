"""Gaussian process over architectures: kernel, fit, regression, warping of the values."""

from __future__ import annotations

from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.fitting import prior_parameters
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import condition_on_pending
from optuna_nasbot.gp.warping import clip_infinite
from optuna_nasbot.gp.warping import warp

__all__ = [
    "KernelParameters",
    "Posterior",
    "clip_infinite",
    "condition",
    "condition_on_pending",
    "fit",
    "prior_parameters",
    "sum_kernel",
    "warp",
]
