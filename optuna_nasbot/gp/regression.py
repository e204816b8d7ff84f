"""Gaussian process regression at fixed hyperparameters.

Conventions are those of the authors' implementation: the kernel matrix of the training points is
made positive semidefinite before the noise is added, test kernels are used as they are, and
predictive variances are bounded below by a fraction of the noise variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.linear_algebra import cholesky
from optuna_nasbot.gp.linear_algebra import eigh
from optuna_nasbot.gp.linear_algebra import inverse_of_triangular
from optuna_nasbot.gp.linear_algebra import product
from optuna_nasbot.gp.positive_semidefinite import positive_part

# The reference implementation clips predictive variances at this fraction of the noise variance.
_FLOOR_FRACTION = 0.05


@dataclass(frozen=True, eq=False)
class Posterior:
    """Gaussian process conditioned on ``n`` observations; made by `condition`.

    Let ``C = K+ + noise_variance I = L L^T``, with K+ the repaired training kernel, and let P be
    the projection of the cross kernel (the identity unless asked for). At a point with cross
    kernel k the latent function has

    - mean ``k^T P C^-1 y``
    - variance ``k(x, x) - |L^-1 P k|^2``.

    Attributes:
        noise_variance: Variance of the observation noise.
        weights: ``P C^-1 y``, shape ``(n,)``.
        whitener: ``L^-1 P``, shape ``(n, n)``; after `hallucinate` it may have fewer rows.
    """

    noise_variance: float
    weights: NDArray[np.float64]
    whitener: NDArray[np.float64]

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
        _check_shape("cross_kernel", cross_kernel, (len(cross_kernel), len(self.weights)))
        _check_shape("prior_variance", prior_variance, (len(cross_kernel),))
        explained = np.square(product(cross_kernel, self.whitener.T)).sum(axis=1)
        variance = np.maximum(prior_variance - explained, _FLOOR_FRACTION * self.noise_variance)
        return product(cross_kernel, self.weights), variance

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
        eigenvalues, vectors = self.joint_spectrum(cross_kernel, prior_covariance)
        clipped = np.maximum(eigenvalues, _FLOOR_FRACTION * self.noise_variance)
        return product(vectors * clipped, vectors.T)

    def joint_spectrum(
        self, cross_kernel: NDArray[np.float64], prior_covariance: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Eigenvalues and eigenvectors of the joint covariance before it is bounded below."""
        m = len(cross_kernel)
        _check_shape("cross_kernel", cross_kernel, (m, len(self.weights)))
        _check_shape("prior_covariance", prior_covariance, (m, m))
        whitened = product(cross_kernel, self.whitener.T)
        return eigh(prior_covariance - product(whitened, whitened.T))


def condition(
    train_kernel: NDArray[np.float64],
    values: NDArray[np.float64],
    noise_variance: float,
    *,
    project_cross_kernel: bool = False,
) -> Posterior:
    """Condition a Gaussian process with prior mean 0 on observations.

    Args:
        train_kernel: Kernel matrix of the training points, symmetric, possibly indefinite, shape
            ``(n, n)``.
        values: Observations, shape ``(n,)``.
        noise_variance: Variance of the observation noise, positive.
        project_cross_kernel: Project cross kernels onto the eigenvectors of ``train_kernel`` whose
            eigenvalues are not negative, so that they stay in the range of the repaired matrix.
            The reference does not do so.

    Returns:
        The posterior.

    Raises:
        ValueError: If the shapes disagree, something is not finite, or ``train_kernel`` is not
            symmetric.
        numpy.linalg.LinAlgError: If the noise is too small for the kernel in double precision.
    """
    _check_training_data(train_kernel, values, noise_variance)
    repair = positive_part(train_kernel)
    try:
        lower = cholesky(repair.matrix + noise_variance * np.eye(len(values)))
    except np.linalg.LinAlgError:
        raise np.linalg.LinAlgError(
            f"noise_variance {noise_variance} is too small compared with the kernel (largest "
            f"entry {np.abs(train_kernel).max()}) to factorise their sum; use a larger one."
        ) from None
    # An explicit inverse makes every later prediction a plain product; it is as accurate as
    # substitution here, because the noise bounds the condition number.
    inverse = inverse_of_triangular(lower)
    whitened = product(inverse, values)
    whitener = repair.projected(inverse) if project_cross_kernel else inverse
    return Posterior(
        noise_variance=noise_variance,
        weights=product(whitener.T, whitened),
        whitener=whitener,
    )


def hallucinate(
    posterior: Posterior,
    cross_kernel: NDArray[np.float64],
    square_kernel: NDArray[np.float64],
    latent: NDArray[np.float64] | None = None,
) -> Posterior:
    """Add points that were not observed.

    Running evaluations are added as noisy observations at their posterior mean. Then no mean
    changes, and the variance around them shrinks, so that workers spread out (kriging believer,
    Ginsbourger et al. 2010; GP-BUCB, Desautels et al. 2014). Points of a draw from the posterior
    are added with the values of the latent function that were drawn, without noise.

    The whitener gains a row for each principal direction of their joint covariance; nothing else
    is computed again. Directions whose variance is below the bound on variances are left out.
    (Their variance can be negative, since the kernel can be indefinite.)

    Args:
        posterior: Gaussian process conditioned on n points.
        cross_kernel: Kernel between the p new and the n points, shape ``(p, n)``.
        square_kernel: Kernel matrix of the new points, shape ``(p, p)``.
        latent: Values of the latent function at the new points, shape ``(p,)``; None for noisy
            observations at its mean.

    Returns:
        The posterior on n + p points, the new ones last: later cross kernels have n + p columns.
    """
    p = len(cross_kernel)
    variances, directions = posterior.joint_spectrum(cross_kernel, square_kernel)
    kept = variances > _FLOOR_FRACTION * posterior.noise_variance
    surprise = np.zeros(p)
    noise = posterior.noise_variance
    if latent is not None:
        _check_shape("latent", latent, (p,))
        surprise = latent - product(cross_kernel, posterior.weights)
        noise = 0.0
    whitening = directions[:, kept].T / np.sqrt(variances[kept] + noise)[:, None]
    explained = product(cross_kernel, posterior.whitener.T, posterior.whitener)
    rows = product(whitening, np.hstack([-explained, np.eye(p)]))
    whitener = np.vstack([np.pad(posterior.whitener, ((0, 0), (0, p))), rows])
    weights = np.pad(posterior.weights, (0, p)) + product(rows.T, whitening, surprise)
    return replace(posterior, weights=weights, whitener=whitener)


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
