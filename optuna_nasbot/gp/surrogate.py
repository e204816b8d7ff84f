"""The surrogate: predictions of the Gaussian process for configurations not yet tried."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.leave_one_out import leave_one_out
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.regression import hallucinate
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.trials.configuration import Configuration

MAX_OBSERVATIONS = 500
MAX_FITTED = 200

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A Gaussian process over configurations, conditioned on some; made by `SurrogateFitter`.

    Attributes:
        kernel: The kernel, fitted to observations.
        parameters: Its hyperparameters.
        configurations: What the process is conditioned on: observed configurations, then those
            that were hallucinated.
        posterior: The process conditioned on them.
        substitutes: Networks by name. If there are some, the variance that `predict` gives is the
            mean of the variances with each of them in place of the configuration's own networks.
            Means stay the same, and so do joint predictions.
    """

    kernel: Kernel
    parameters: KernelParameters
    configurations: tuple[Configuration, ...]
    posterior: Posterior
    substitutes: tuple[Mapping[str, Architecture], ...] = ()

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation of the targets of m candidates, each of shape (m,)."""
        mean, variance = self._predict(candidates)
        if self.substitutes:
            substituted = [
                Configuration({**each.networks, **networks}, each.parameters)
                for networks in self.substitutes
                for each in candidates
            ]
            _, variance = self._predict(substituted)
            variance = variance.reshape(len(self.substitutes), -1).mean(axis=0)
        return mean, np.sqrt(variance)

    def _predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        prior_variance = np.full(len(candidates), self.parameters.alphas.sum())
        return self.posterior.predict(self._cross_kernel(candidates), prior_variance)

    def predict_jointly(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean, shape (m,), and joint covariance, shape (m, m), of m candidates."""
        cross, square = self._cross_kernel(candidates), self._square_kernel(candidates)
        mean, _ = self.posterior.predict(cross, np.diag(square))
        return mean, self.posterior.joint_covariance(cross, square)

    def hallucinate(self, running: Sequence[Configuration]) -> Surrogate:
        """The surrogate as if p more were observed, with noise, at their expected values.

        Hyperparameters stay as they are; see `optuna_nasbot.gp.regression.hallucinate`.
        """
        if not running:
            return self
        # Their distances are worth remembering, since they are going to be observed.
        self.kernel.remember((*self.configurations, *running))
        return self._extended(running)

    def given(
        self, configurations: Sequence[Configuration], latent: NDArray[np.float64]
    ) -> Surrogate:
        """The surrogate, given the targets (p,) of p configurations without noise."""
        return self._extended(configurations, latent)

    def of_networks_to_come(self, known: Sequence[Mapping[str, Architecture]]) -> Surrogate:
        """The surrogate for configurations some of whose networks are still to be chosen.

        A configuration that was tried is predicted with little uncertainty, but the same
        parameters with another network may not be. So the uncertainty is taken as the mean over
        other networks.

        Args:
            known: Sets of networks, by the names of those that are still to be chosen.
        """
        return replace(self, substitutes=tuple(known))

    def leave_one_out(
        self, targets: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Predict each configuration from the others, at the same hyperparameters.

        Args:
            targets: The targets of the n configurations, shape (n,).

        Returns:
            Mean and standard deviation of the targets, noise included, each of shape (n,).
        """
        own = self._square_kernel(self.configurations)
        mean, variance = leave_one_out(own, targets, self.parameters.noise_variance)
        return mean, np.sqrt(variance)

    def _extended(
        self, more: Sequence[Configuration], latent: NDArray[np.float64] | None = None
    ) -> Surrogate:
        cross, square = self._cross_kernel(more), self._square_kernel(more)
        posterior = hallucinate(self.posterior, cross, square, latent)
        return replace(self, configurations=(*self.configurations, *more), posterior=posterior)

    def _cross_kernel(self, candidates: Sequence[Configuration]) -> NDArray[np.float64]:
        return self.kernel.matrix(candidates, self.configurations, self.parameters)

    def _square_kernel(self, candidates: Sequence[Configuration]) -> NDArray[np.float64]:
        return self.kernel.matrix(candidates, candidates, self.parameters)


class SurrogateFitter:
    """Fits the Gaussian process to the observations of a growing study.

    Up to `max_observations` the process uses all observations, beyond that an informative subset.
    Hyperparameters are fitted to at most `max_fitted`, and only anew when the number of
    observations has grown by a few per cent. What a fitter remembers saves time and changes
    nothing: any fitter gives the same surrogate for the same observations.

    Args:
        kernel: The kernel.
        max_observations: The largest number of observations that the process is conditioned on.
        max_fitted: The largest number of observations that the hyperparameters are fitted to.
    """

    def __init__(
        self,
        kernel: Kernel,
        max_observations: int = MAX_OBSERVATIONS,
        max_fitted: int = MAX_FITTED,
    ) -> None:
        self._kernel = kernel
        self._max_observations = max_observations
        self._max_fitted = max_fitted
        self._fitted: tuple[tuple[Any, ...], tuple[Kernel, KernelParameters]] | None = None
        self._latest: tuple[tuple[Any, ...], Surrogate] | None = None

    def fit(self, observed: Sequence[Configuration], targets: Targets) -> Surrogate:
        """Fit the Gaussian process to observed configurations.

        Args:
            observed: n configurations with a value, at least one, possibly with repetitions.
            targets: What the process models of their values.

        Returns:
            The surrogate of the targets.
        """
        key = tuple(each.key for each in observed), targets.all.tolist()
        if self._latest is None or self._latest[0] != key:
            self._latest = key, self._fit(observed, targets)
        return self._latest[1]

    def _fit(self, observed: Sequence[Configuration], targets: Targets) -> Surrogate:
        began, fitted_before = time.perf_counter(), self._fitted
        n_fitted = refit_size(len(observed))
        kernel, parameters = self._kernel_and_parameters(
            observed[:n_fitted], targets.of_earliest(n_fitted)
        )
        keys = [each.key for each in observed]
        chosen = informative_subset(keys, targets.all, self._max_observations)
        kept = tuple(observed[index] for index in chosen)
        kernel.remember(kept)
        posterior = condition(
            kernel.matrix(kept, kept, parameters),
            targets.all[chosen],
            parameters.noise_variance,
            project_cross_kernel=True,
        )
        plural = "" if len(observed) == 1 else "s"
        how = "with the earlier" if self._fitted is fitted_before else "with new"
        _logger.info(
            f"Fitted a model to {len(observed)} trial{plural} in "
            f"{time.perf_counter() - began:.2f} s {how} hyperparameters."
        )
        return Surrogate(kernel, parameters, kept, posterior)

    def _kernel_and_parameters(
        self, observed: Sequence[Configuration], targets: NDArray[np.float64]
    ) -> tuple[Kernel, KernelParameters]:
        """The kernel with what its views learn from observations, and its hyperparameters."""
        chosen = informative_subset([each.key for each in observed], targets, self._max_fitted)
        kept = [observed[index] for index in chosen]
        key = tuple(each.key for each in kept), targets[chosen].tolist()
        if self._fitted is None or self._fitted[0] != key:
            kernel = self._kernel.fitted(kept)
            kernel.remember(kept)
            parameters = fit(kernel.dissimilarities(kept, kept), targets[chosen], kernel.prior)
            self._fitted = key, (kernel, parameters)
        return self._fitted[1]


def refit_size(n: int) -> int:
    """How many of n observations, from the earliest on, the hyperparameters are fitted to.

    All of them up to 63, and then n rounded down to six significant binary digits: hyperparameters
    are fitted anew each time the study has grown by 1.6 to 3.1 %.
    """
    step = 1 << max(0, n.bit_length() - 6)
    return n - n % step
