"""The prior of the hyperparameters: independent log-normal distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel_parameters import KernelParameters


@dataclass(frozen=True)
class LogNormal:
    """A distribution of a positive number x: ``log x ~ N(log median, std^2)``.

    Args:
        median: The median.
        std: Standard deviation of the logarithm.
    """

    median: float
    std: float


ABOUT_ONE = LogNormal(median=1.0, std=1.0)
"""The prior of a number that is about 1."""
NOISE_VARIANCE = LogNormal(median=0.003, std=1.5)
"""The prior of the variance of the noise, for values of variance 1."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Normal distributions of the log hyperparameters, in the order of `KernelParameters.to_log`.

    Args:
        sizes: The number of dissimilarities of each term.
        mean: Their means, shape (len(sizes) + sum(sizes) + 1,).
        std: Their standard deviations, the same shape.
    """

    sizes: tuple[int, ...]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @property
    def median(self) -> KernelParameters:
        """Hyperparameters at their medians."""
        return KernelParameters.from_log(self.mean, self.sizes)


def prior_of(
    sizes: Sequence[int], variances: Sequence[LogNormal], decays: Sequence[LogNormal]
) -> Prior:
    """The prior of a kernel of T terms, for dissimilarities with mean about 1 over random pairs.

    Args:
        sizes: The number k of dissimilarities of each term, at least 1.
        variances: The distribution of the variance of each term.
        decays: For each term the distribution of k times each of its inverse length scales.

    Returns:
        The prior, with `NOISE_VARIANCE` for the noise.
    """
    counts = list(sizes)
    log_betas = [
        math.log(decay.median) - math.log(k) for decay, k in zip(decays, counts, strict=True)
    ]
    log_alphas = [math.log(variance.median) for variance in variances]
    return Prior(
        sizes=tuple(counts),
        mean=np.concatenate(
            [log_alphas, np.repeat(log_betas, counts), [math.log(NOISE_VARIANCE.median)]]
        ),
        std=np.concatenate(
            [
                [variance.std for variance in variances],
                np.repeat([decay.std for decay in decays], counts),
                [NOISE_VARIANCE.std],
            ]
        ),
    )


def equal_prior(sizes: Sequence[int]) -> Prior:
    """The prior under which all terms are alike: for T terms each has a variance of 1 / T."""
    n = len(sizes)
    return prior_of(sizes, [LogNormal(1 / n, 1.0)] * n, [ABOUT_ONE] * n)
