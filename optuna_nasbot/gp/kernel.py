"""Kernels between architectures, made from the two OTMANN pseudo-distances.

Notation: ``lp`` is the distance d with unnormalised masses and ``emd`` the normalised one d-bar,
both with one component per structural coefficient; ``alphas`` weigh the terms of the kernel and
``betas`` the components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Array = TypeVar("Array", NDArray[np.float64], "torch.Tensor")


@dataclass(frozen=True, eq=False)
class KernelParameters:
    """Hyperparameters of the Gaussian process over architectures.

    Attributes:
        alphas: Variances of the lp term and of the emd term, shape ``(2,)``.
        betas_lp: Inverse length scales of the lp components, shape ``(n_coeffs,)``.
        betas_emd: Inverse length scales of the squared emd components, shape ``(n_coeffs,)``.
        noise_variance: Variance of the observation noise, positive.
    """

    alphas: NDArray[np.float64]
    betas_lp: NDArray[np.float64]
    betas_emd: NDArray[np.float64]
    noise_variance: float

    def __post_init__(self) -> None:
        for name in ("alphas", "betas_lp", "betas_emd"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.ndim != 1 or not np.all(np.isfinite(array) & (array >= 0)):
                raise ValueError(
                    f"{name} must be a vector of finite non-negative numbers, got {array}."
                )
            object.__setattr__(self, name, array)
        if len(self.alphas) != 2:
            raise ValueError(f"alphas must have length 2 (lp, emd), got {len(self.alphas)}.")
        if len(self.betas_lp) != len(self.betas_emd):
            raise ValueError(
                "betas_lp and betas_emd must have one entry per structural coefficient each, "
                f"got {len(self.betas_lp)} and {len(self.betas_emd)}."
            )
        if not (np.isfinite(self.noise_variance) and self.noise_variance > 0):
            raise ValueError(
                f"noise_variance must be finite and positive, got {self.noise_variance}."
            )

    def to_log(self) -> NDArray[np.float64]:
        """Logarithms as one vector: alphas, betas of lp, betas of emd, noise variance.

        Returns:
            Vector of shape ``(2 n_coeffs + 3,)``, with -inf for a zero.
        """
        betas = [self.betas_lp, self.betas_emd]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.concatenate([self.alphas, *betas, [self.noise_variance]])))

    @classmethod
    def from_log(cls, log_parameters: NDArray[np.float64]) -> KernelParameters:
        """Inverse of `to_log`."""
        n_coeffs = (len(log_parameters) - 3) // 2
        sections = [2, 2 + n_coeffs, 2 + 2 * n_coeffs]
        alphas, betas_lp, betas_emd, noise = np.split(np.exp(log_parameters), sections)
        return cls(alphas, betas_lp, betas_emd, float(noise[0]))


def sum_kernel(
    lp: NDArray[np.float64], emd: NDArray[np.float64], parameters: KernelParameters
) -> NDArray[np.float64]:
    """Kernel of the NASBOT paper (Kandasamy et al. 2018).

    ``k = alphas[0] exp(-sum_i betas_lp[i] lp[i]) + alphas[1] exp(-sum_i betas_emd[i] emd[i]^2)``

    Args:
        lp: Distances with unnormalised masses, shape ``(n_coeffs, n, m)``.
        emd: Normalised distances, shape ``(n_coeffs, n, m)``.
        parameters: Hyperparameters for as many structural coefficients.

    Returns:
        Kernel matrix of shape ``(n, m)``. The one of a set with itself can be indefinite, since
        OTMANN is not a negative definite distance.
    """
    _check_components(lp, emd, parameters)
    return sum_of_exponentials(
        lp, emd, parameters.alphas, parameters.betas_lp, parameters.betas_emd
    )


def product_kernel(
    lp: NDArray[np.float64],
    emd: NDArray[np.float64],
    parameters: KernelParameters,
    scale: float,
) -> NDArray[np.float64]:
    """Product form of the kernel.

    ``k = scale exp(-sum_i betas_lp[i] lp[i] - sum_i betas_emd[i] emd[i]^2)``

    Args:
        lp: Distances with unnormalised masses, shape ``(n_coeffs, n, m)``.
        emd: Normalised distances, shape ``(n_coeffs, n, m)``.
        parameters: Hyperparameters, of which the two ``betas`` are used.
        scale: Variance, takes the place of ``alphas``.

    Returns:
        Kernel matrix of shape ``(n, m)``.
    """
    _check_components(lp, emd, parameters)
    lp_sum = _weighted_sum(parameters.betas_lp, lp)
    emd_sum = _weighted_sum(parameters.betas_emd, np.square(emd))
    return np.asarray(scale * np.exp(-lp_sum - emd_sum))


def sum_of_exponentials(
    lp: Array, emd: Array, alphas: Array, betas_lp: Array, betas_emd: Array
) -> Array:
    """Formula of `sum_kernel`, for numpy arrays and for the torch tensors of the fit."""
    lp_term: Array = alphas[0] * _exp(-_weighted_sum(betas_lp, lp))
    emd_term: Array = alphas[1] * _exp(-_weighted_sum(betas_emd, emd**2))
    return lp_term + emd_term


def _weighted_sum(betas: Array, components: Array) -> Array:
    """Sum over the first axis of ``components`` with weights ``betas``, as one product."""
    total: Array = (betas @ components.reshape(len(betas), -1)).reshape(components.shape[1:])
    return total


def _exp(exponent: Array) -> Array:
    if isinstance(exponent, np.ndarray):
        return np.asarray(np.exp(exponent))
    return exponent.exp()


def _check_components(
    lp: NDArray[np.float64], emd: NDArray[np.float64], parameters: KernelParameters
) -> None:
    if lp.ndim != 3 or len(lp) != len(parameters.betas_lp) or emd.shape != lp.shape:
        raise ValueError(
            "lp and emd must have shape (n_coeffs, n, m) with n_coeffs = "
            f"{len(parameters.betas_lp)} like the betas, got {lp.shape} and {emd.shape}."
        )
