"""The surrogate: what the Gaussian process believes of networks that were not tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.scaled import Distances
from optuna_nasbot.distance.scaled import ScaledDistances
from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate
from optuna_nasbot.gp.warping import warp


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A Gaussian process over networks, conditioned on observations; made by `fit_surrogate`.

    Attributes:
        distances: The distance between networks.
        networks: The networks that were observed, then those that were hallucinated.
        values: Warped and standardised values of the n observed ones, larger is better, shape
            (n,).
        parameters: Hyperparameters of the kernel.
        posterior: The process conditioned on all these networks.
    """

    distances: ScaledDistances
    networks: tuple[Architecture, ...]
    values: NDArray[np.float64]
    parameters: KernelParameters
    posterior: Posterior

    def predict(
        self, candidates: Sequence[Architecture]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation of the warped values of m networks, each of shape (m,)."""
        prior_variance = np.full(len(candidates), self.parameters.alphas.sum())
        mean, variance = self.posterior.predict(self._cross_kernel(candidates), prior_variance)
        return mean, np.sqrt(variance)

    def predict_jointly(
        self, candidates: Sequence[Architecture]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean, shape (m,), and joint covariance, shape (m, m), of m networks."""
        cross = self._cross_kernel(candidates)
        square = self._kernel(self.distances.within(candidates))
        mean, _ = self.posterior.predict(cross, np.diag(square))
        return mean, self.posterior.joint_covariance(cross, square)

    def hallucinate(
        self, networks: Sequence[Architecture], values: NDArray[np.float64] | None = None
    ) -> Surrogate:
        """The surrogate after networks were observed at the given or at their expected values.

        Hyperparameters stay as they are; see `optuna_nasbot.gp.regression.hallucinate`.
        """
        if not networks:
            return self
        posterior = hallucinate(
            self.posterior,
            self._cross_kernel(networks),
            self._kernel(self.distances.within(networks)),
            values,
        )
        return replace(self, networks=(*self.networks, *networks), posterior=posterior)

    def _cross_kernel(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        return self._kernel(self.distances.between(candidates, self.networks))

    def _kernel(self, distances: Distances) -> NDArray[np.float64]:
        return sum_kernel(kernel_terms(distances), self.parameters)


def fit_surrogate(
    networks: Sequence[Architecture],
    values: NDArray[np.float64],
    distances: ScaledDistances,
) -> Surrogate:
    """Fit the Gaussian process to observed networks.

    Args:
        networks: n observed networks, at least one; the same network may come several times.
        values: Their values, finite, larger is better, shape (n,).
        distances: The distance between networks.

    Returns:
        The surrogate of the warped values (see `optuna_nasbot.gp.warping.warp`).
    """
    warped = warp(values)
    terms = kernel_terms(distances.observed(networks))
    parameters = fit(terms, warped)
    posterior = condition(
        sum_kernel(terms, parameters),
        warped,
        parameters.noise_variance,
        project_cross_kernel=True,
    )
    return Surrogate(distances, tuple(networks), warped, parameters, posterior)


def kernel_terms(distances: Distances) -> tuple[NDArray[np.float64], ...]:
    """What the terms of the kernel decay with: the paper's two, and one for neighbourhoods.

    The unnormalised distance enters with power 1 and the normalised one with power 2 (golden
    data of the reference; powers 2 and 1 are worse). The histograms are an addition of ours,
    which predicts networks near the best ones better; see benchmarks/README.md.
    """
    return (distances.lp, np.square(distances.emd), distances.wl)
