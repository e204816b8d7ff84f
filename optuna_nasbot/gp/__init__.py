"""Gaussian process over architectures: kernel, fit, regression, warping of the values."""

from __future__ import annotations

from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.fitting import prior_parameters
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate
from optuna_nasbot.gp.warping import warp

__all__ = [
    "KernelParameters",
    "Posterior",
    "condition",
    "fit",
    "hallucinate",
    "prior_parameters",
    "sum_kernel",
    "warp",
]
