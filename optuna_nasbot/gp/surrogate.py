"""The surrogate: what the Gaussian process believes of networks that were not tried."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.distance.scaled import Distances
from optuna_nasbot.distance.scaled import ScaledDistances
from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate
from optuna_nasbot.gp.warping import warp

MAX_OBSERVATIONS = 500
MAX_FITTED = 200
_FAILED_QUANTILE = 0.25
"""A failed network counts like the observed one below which so many of them are: bad enough to
make its neighbours less likely, and not so bad as to hide a good region for one accident."""

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A Gaussian process over networks, conditioned on observations; made by `SurrogateFitter`.

    Attributes:
        distances: The distance between networks.
        networks: The networks that the process is conditioned on: observed ones, failed ones,
            then those that were hallucinated.
        values: Warped and standardised values of all n observed networks, larger is better,
            shape (n,).
        parameters: Hyperparameters of the kernel.
        posterior: The process conditioned on `networks`.
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
        cross, square = self._cross_kernel(candidates), self._square_kernel(candidates)
        mean, _ = self.posterior.predict(cross, np.diag(square))
        return mean, self.posterior.joint_covariance(cross, square)

    def hallucinate(self, running: Sequence[Architecture]) -> Surrogate:
        """The surrogate after p networks were observed, with noise, at their expected values.

        Hyperparameters stay as they are; see `optuna_nasbot.gp.regression.hallucinate`.
        """
        if not running:
            return self
        networks, n = (*self.networks, *running), len(self.networks)
        # They are going to be observed: their distances are worth remembering.
        kernel = self._kernel(self.distances.observed(networks))
        posterior = hallucinate(self.posterior, kernel[n:, :n], kernel[n:, n:])
        return replace(self, networks=networks, posterior=posterior)

    def given(self, networks: Sequence[Architecture], latent: NDArray[np.float64]) -> Surrogate:
        """The surrogate when the values (p,) of p networks without noise are known."""
        cross, square = self._cross_kernel(networks), self._square_kernel(networks)
        posterior = hallucinate(self.posterior, cross, square, latent)
        return replace(self, networks=(*self.networks, *networks), posterior=posterior)

    def _cross_kernel(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        return self._kernel(self.distances.between(candidates, self.networks))

    def _square_kernel(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        return self._kernel(self.distances.within(candidates))

    def _kernel(self, distances: Distances) -> NDArray[np.float64]:
        return sum_kernel(kernel_terms(distances), self.parameters)


class SurrogateFitter:
    """Fits the Gaussian process to the observations of a study that grows.

    The process is exact up to a number of observations; of more it is conditioned on an
    informative subset. Hyperparameters come from fewer and are fitted anew when the number of
    observations has grown by some per cent. What a fitter remembers saves time and changes
    nothing: any fitter gives the same surrogate of the same observations.

    Args:
        distances: The distance between networks.
        max_observations: How many observations the process is conditioned on at most.
        max_fitted: To how many the hyperparameters are fitted at most.
    """

    def __init__(
        self,
        distances: ScaledDistances,
        max_observations: int = MAX_OBSERVATIONS,
        max_fitted: int = MAX_FITTED,
    ) -> None:
        self._distances = distances
        self._max_observations = max_observations
        self._max_fitted = max_fitted
        self._fitted: tuple[tuple[Any, ...], KernelParameters] | None = None

    def fit(
        self,
        networks: Sequence[Architecture],
        values: NDArray[np.float64],
        failed: Sequence[Architecture] = (),
    ) -> Surrogate:
        """Fit the Gaussian process to observed networks.

        Networks that failed have no value. The process is conditioned on a pessimistic one, the
        lower quartile of the others; hyperparameters don't depend on them.

        Args:
            networks: n observed networks, at least one; the same network may come several times.
            values: Their values, finite, larger is better, shape (n,).
            failed: Networks that failed.

        Returns:
            The surrogate of the warped values (see `optuna_nasbot.gp.warping.warp`).
        """
        began, fitted_before = time.perf_counter(), self._fitted
        n_fitted = refit_size(len(networks))
        parameters = self._parameters(networks[:n_fitted], values[:n_fitted])
        warped = warp(values)
        chosen = informative_subset(networks, warped, self._max_observations)
        kept = (*(networks[index] for index in chosen), *failed)
        kernel = sum_kernel(kernel_terms(self._distances.observed(kept)), parameters)
        pessimistic = np.full(len(failed), np.quantile(warped, _FAILED_QUANTILE))
        posterior = condition(
            kernel,
            np.concatenate([warped[chosen], pessimistic]),
            parameters.noise_variance,
            project_cross_kernel=True,
        )
        plural = "" if len(networks) == 1 else "s"
        how = "with the earlier" if self._fitted is fitted_before else "with new"
        _logger.info(
            f"Fitted the model to {len(networks)} network{plural} in "
            f"{time.perf_counter() - began:.2f} s {how} hyperparameters."
        )
        return Surrogate(self._distances, kept, warped, parameters, posterior)

    def _parameters(
        self, networks: Sequence[Architecture], values: NDArray[np.float64]
    ) -> KernelParameters:
        warped = warp(values)
        chosen = informative_subset(networks, warped, self._max_fitted)
        kept = [networks[index] for index in chosen]
        key = (*(network.canonical_hash() for network in kept), *warped[chosen])
        if self._fitted is None or self._fitted[0] != key:
            terms = kernel_terms(self._distances.observed(kept))
            self._fitted = key, fit(terms, warped[chosen])
        return self._fitted[1]


def refit_size(n: int) -> int:
    """To how many of n observations, the earliest ones, the hyperparameters are fitted.

    All of them up to 63, and then the largest number up to n of which only the first six binary
    digits are not 0: they are fitted anew each time the study has grown by
    1.6 to 3.1 %.
    """
    step = 1 << max(0, n.bit_length() - 6)
    return n - n % step


def kernel_terms(distances: Distances) -> tuple[NDArray[np.float64], ...]:
    """What the terms of the kernel decay with: the paper's two, and one for neighbourhoods.

    The unnormalised distance enters with power 1 and the normalised one with power 2 (golden
    data of the reference; powers 2 and 1 are worse). The histograms are an addition of ours,
    which predicts networks near the best ones better; see benchmarks/README.md.
    """
    return (distances.lp, np.square(distances.emd), distances.wl)
