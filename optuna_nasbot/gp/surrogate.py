"""The surrogate: what the Gaussian process believes of networks that were not tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.scaled import ScaledDistances
from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.warping import warp


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A Gaussian process over networks, conditioned on observations; made by `fit_surrogate`.

    Attributes:
        distances: The distance between networks.
        networks: The n networks that were observed.
        values: Their warped and standardised values, larger is better, shape (n,).
        parameters: Hyperparameters of the kernel.
        posterior: The process conditioned on these observations.
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
        square = self._kernel(*self.distances.among(candidates))
        mean, _ = self.posterior.predict(cross, np.diag(square))
        return mean, self.posterior.joint_covariance(cross, square)

    def hallucinate(
        self,
        networks: Sequence[Architecture],
        values: NDArray[np.float64] | None = None,
    ) -> Surrogate:
        """The surrogate after networks were observed at the given or at their expected values.

        With expected values the mean stays and the uncertainty around the networks shrinks, so
        that workers that run at the same time spread (kriging believer, Ginsbourger et al. 2010;
        GP-BUCB, Desautels et al. 2014). Hyperparameters stay as they are.
        """
        if not networks:
            return self
        expected = self.predict(networks)[0] if values is None else values
        return _conditioned(
            self.distances,
            (*self.networks, *networks),
            np.concatenate([self.values, expected]),
            self.parameters,
        )

    def _cross_kernel(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        return self._kernel(*self.distances.between(candidates, self.networks))

    def _kernel(self, lp: NDArray[np.float64], emd: NDArray[np.float64]) -> NDArray[np.float64]:
        return sum_kernel(lp, emd, self.parameters)


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
        The surrogate of the half-rank warped, standardised values.
    """
    warped = warp(values)
    parameters = fit(*distances.among(networks), warped)
    return _conditioned(distances, tuple(networks), warped, parameters)


def _conditioned(
    distances: ScaledDistances,
    networks: tuple[Architecture, ...],
    values: NDArray[np.float64],
    parameters: KernelParameters,
) -> Surrogate:
    kernel = sum_kernel(*distances.among(networks), parameters)
    posterior = condition(kernel, values, parameters.noise_variance, project_cross_kernel=True)
    return Surrogate(distances, networks, values, parameters, posterior)
