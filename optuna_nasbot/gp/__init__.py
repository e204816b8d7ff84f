"""The Gaussian process over configurations.

Data flow: `views` compare configurations; a `kernel` is a list of terms over views (`kernels` has
the lists); `targets` are the values as the process models them; `fitting` finds the
hyperparameters and `regression` conditions the process; `surrogate` is the front. For figures,
`study_surrogate` makes a surrogate from a study, and `importances` says what its predictions
depend on.
"""

from __future__ import annotations

from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.prior import equal_prior
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate
from optuna_nasbot.gp.warping import warp

__all__ = [
    "Kernel",
    "KernelParameters",
    "LogNormal",
    "Posterior",
    "Term",
    "condition",
    "equal_prior",
    "fit",
    "hallucinate",
    "sum_kernel",
    "warp",
]
