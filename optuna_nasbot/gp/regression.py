"""Gaussian process regression at fixed hyperparameters.

Conventions are those of the authors' implementation: the kernel matrix of the training points is
made positive semidefinite before the noise is added, test kernels are used as they are, and
predictive variances are bounded below by a fraction of the noise variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.positive_semidefinite import positive_part

# The reference implementation clips predictive variances at this fraction of the noise variance.
_FLOOR_FRACTION = 0.05


@dataclass(frozen=True, eq=False)
class Posterior:
    """Gaussian process conditioned on ``n`` observations; made by `condition`.

    With ``C = K+ + noise_variance I = L L^T`` (K+ the repaired training kernel) and P the
    projection of the cross kernel (the identity unless asked for), the latent function has at a
    point with cross kernel k

    - mean ``prior_mean + k^T P C^-1 (y - prior_mean)``
    - variance ``k(x, x) - |L^-1 P k|^2``.

    Attributes:
        train_kernel: Kernel matrix of the training points before repair, shape ``(n, n)``.
        values: Observations y, shape ``(n,)``.
        noise_variance: Variance of the observation noise.
        prior_mean: Constant mean of the prior.
        project_cross_kernel: Whether P is the projector onto the positive eigenspace of
            ``train_kernel``.
        weights: ``P C^-1 (y - prior_mean)``, shape ``(n,)``.
        whitener: ``L^-1 P``, shape ``(n, n)``.
        log_marginal_likelihood: Log density of the observations under the prior.
    """

    train_kernel: NDArray[np.float64]
    values: NDArray[np.float64]
    noise_variance: float
    prior_mean: float
    project_cross_kernel: bool
    weights: NDArray[np.float64]
    whitener: NDArray[np.float64]
    log_marginal_likelihood: float

    def predict(
        self, cross_kernel: NDArray[np.float64], prior_variance: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Marginal posterior of the latent function at m points.

        Args:
            cross_kernel: Kernel between the points and the training points, shape ``(m, n)``.
            prior_variance: Kernel of each point with itself, shape ``(m,)``.

        Returns:
            Mean and variance, each of shape ``(m,)``. The variance is at least 0.05
            ``noise_variance``.
        """
        _check_shape("cross_kernel", cross_kernel, (len(cross_kernel), len(self.values)))
        _check_shape("prior_variance", prior_variance, (len(cross_kernel),))
        explained = np.square(cross_kernel @ self.whitener.T).sum(axis=1)
        variance = np.maximum(prior_variance - explained, _FLOOR_FRACTION * self.noise_variance)
        return self.prior_mean + cross_kernel @ self.weights, variance

    def joint_covariance(
        self, cross_kernel: NDArray[np.float64], prior_covariance: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Joint posterior covariance of the latent function at m points, for Thompson sampling.

        Args:
            cross_kernel: Kernel between the points and the training points, shape ``(m, n)``.
            prior_covariance: Kernel matrix of the points, shape ``(m, m)``.

        Returns:
            Covariance of shape ``(m, m)``, with eigenvalues of at least 0.05 ``noise_variance``.
        """
        m = len(cross_kernel)
        _check_shape("cross_kernel", cross_kernel, (m, len(self.values)))
        _check_shape("prior_covariance", prior_covariance, (m, m))
        whitened = cross_kernel @ self.whitener.T
        eigenvalues, vectors = np.linalg.eigh(prior_covariance - whitened @ whitened.T)
        clipped = np.maximum(eigenvalues, _FLOOR_FRACTION * self.noise_variance)
        return np.asarray((vectors * clipped) @ vectors.T)


def condition(
    train_kernel: NDArray[np.float64],
    values: NDArray[np.float64],
    noise_variance: float,
    prior_mean: float = 0.0,
    *,
    project_cross_kernel: bool = False,
) -> Posterior:
    """Condition a Gaussian process with constant prior mean on observations.

    Args:
        train_kernel: Kernel matrix of the training points, symmetric, possibly indefinite, shape
            ``(n, n)``.
        values: Observations, shape ``(n,)``.
        noise_variance: Variance of the observation noise, positive.
        prior_mean: Constant mean of the prior.
        project_cross_kernel: Project cross kernels onto the eigenspace of ``train_kernel`` whose
            eigenvalues are not negative, so that they stay in the range of the repaired matrix.
            Not done by the reference.

    Returns:
        The posterior.

    Raises:
        ValueError: If the shapes disagree, something is not finite, or ``train_kernel`` is not
            symmetric.
        numpy.linalg.LinAlgError: If the noise is too small for the kernel in double precision.
    """
    _check_training_data(train_kernel, values, noise_variance)
    repaired, projector = positive_part(train_kernel)
    identity = np.eye(len(values))
    try:
        cholesky = np.linalg.cholesky(repaired + noise_variance * identity)
    except np.linalg.LinAlgError:
        raise np.linalg.LinAlgError(
            f"noise_variance {noise_variance} is too small beside the kernel (largest entry "
            f"{np.abs(train_kernel).max()}) to factorise their sum; use a larger one."
        ) from None
    # An explicit inverse makes every later prediction a plain product; it is as accurate as
    # substitution here, because the noise bounds the condition number.
    inverse = np.linalg.solve(cholesky, identity)
    whitened = inverse @ (values - prior_mean)
    whitener = inverse @ projector if project_cross_kernel else inverse
    log_determinant = 2 * np.log(np.diag(cholesky)).sum()
    log_normaliser = log_determinant + len(values) * np.log(2 * np.pi)
    return Posterior(
        train_kernel=train_kernel,
        values=values,
        noise_variance=noise_variance,
        prior_mean=prior_mean,
        project_cross_kernel=project_cross_kernel,
        weights=whitener.T @ whitened,
        whitener=whitener,
        log_marginal_likelihood=float(-0.5 * (whitened @ whitened + log_normaliser)),
    )


def hallucinate(
    posterior: Posterior,
    cross_kernel: NDArray[np.float64],
    square_kernel: NDArray[np.float64],
    values: NDArray[np.float64] | None = None,
) -> Posterior:
    """Add observations that were not made, at given values or at their posterior mean.

    With the posterior mean of running evaluations the variance around them shrinks while the mean
    stays where it is, so that workers spread (kriging believer, Ginsbourger et al. 2010; GP-BUCB,
    Desautels et al. 2014). Where the repair changes the enlarged kernel matrix, the mean moves a
    little.

    Args:
        posterior: Gaussian process conditioned on the finished evaluations.
        cross_kernel: Kernel between the p new and the n training points, shape ``(p, n)``.
        square_kernel: Kernel matrix of the new points, shape ``(p, p)``.
        values: Values at the new points, shape ``(p,)``; None for their posterior mean.

    Returns:
        The posterior on n + p points, training points first: later cross kernels have n + p
        columns.
    """
    p = len(cross_kernel)
    _check_shape("cross_kernel", cross_kernel, (p, len(posterior.values)))
    _check_shape("square_kernel", square_kernel, (p, p))
    if values is None:
        values = posterior.prior_mean + cross_kernel @ posterior.weights
    return condition(
        np.block([[posterior.train_kernel, cross_kernel.T], [cross_kernel, square_kernel]]),
        np.concatenate([posterior.values, values]),
        posterior.noise_variance,
        posterior.prior_mean,
        project_cross_kernel=posterior.project_cross_kernel,
    )


def _check_training_data(
    train_kernel: NDArray[np.float64], values: NDArray[np.float64], noise_variance: float
) -> None:
    n = values.size
    _check_shape("values", values, (n,))
    _check_shape("train_kernel", train_kernel, (n, n))
    if not (np.isfinite(train_kernel).all() and np.isfinite(values).all()):
        raise ValueError(
            "train_kernel and values must be finite; clip infinite values and leave out NaN first."
        )
    if not np.allclose(train_kernel, train_kernel.T):
        difference = np.abs(train_kernel - train_kernel.T).max()
        raise ValueError(f"train_kernel must be symmetric, differs by up to {difference}.")
    if not (np.isfinite(noise_variance) and noise_variance > 0):
        raise ValueError(f"noise_variance must be finite and positive, got {noise_variance}.")


def _check_shape(name: str, array: NDArray[np.float64], expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} must have shape {expected}, got {array.shape}.")
