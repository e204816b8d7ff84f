"""Kernels between architectures, made from their dissimilarities.

A *term* is an array (k, n, m): k dissimilarities between each of n and each of m architectures,
such as the OTMANN distance at k structural coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class KernelParameters:
    """Hyperparameters of the Gaussian process over architectures, for a kernel of T terms.

    Attributes:
        alphas: Variance of each term, shape ``(T,)``.
        betas: Inverse length scales, for each term a vector with one entry per dissimilarity.
        noise_variance: Variance of the observation noise, positive.
    """

    alphas: NDArray[np.float64]
    betas: tuple[NDArray[np.float64], ...]
    noise_variance: float

    def __post_init__(self) -> None:
        betas = tuple(_non_negative(f"betas[{t}]", beta) for t, beta in enumerate(self.betas))
        object.__setattr__(self, "alphas", _non_negative("alphas", self.alphas))
        object.__setattr__(self, "betas", betas)
        if len(betas) != len(self.alphas):
            raise ValueError(
                f"betas must have one vector per term like alphas ({len(self.alphas)}), "
                f"got {len(betas)}."
            )
        if not (np.isfinite(self.noise_variance) and self.noise_variance > 0):
            raise ValueError(
                f"noise_variance must be finite and positive, got {self.noise_variance}."
            )

    def to_log(self) -> NDArray[np.float64]:
        """Logarithms as one vector: alphas, betas of one term after the other, noise variance.

        Returns:
            Vector with -inf for a zero.
        """
        with np.errstate(divide="ignore"):
            logs = np.log(np.concatenate([self.alphas, *self.betas, [self.noise_variance]]))
        return np.asarray(logs)

    @classmethod
    def from_log(cls, vector: NDArray[np.float64], sizes: Sequence[int]) -> KernelParameters:
        """Inverse of `to_log`.

        Args:
            vector: Logarithms in the order of `to_log`, shape ``(len(sizes) + sum(sizes) + 1,)``.
            sizes: Number of dissimilarities of each term.

        Returns:
            The hyperparameters.

        Raises:
            ValueError: If the shape of ``vector`` is another one.
        """
        counts = [len(sizes), *sizes]
        if vector.shape != (sum(counts) + 1,):
            raise ValueError(
                f"vector must have shape {(sum(counts) + 1,)} for sizes {tuple(sizes)}, "
                f"got {vector.shape}."
            )
        alphas, *betas, noise = np.split(np.exp(vector), np.cumsum(counts))
        return cls(alphas, tuple(betas), noise.item())


def sum_kernel(
    terms: Sequence[NDArray[np.float64]], parameters: KernelParameters
) -> NDArray[np.float64]:
    """Sum of exponentials of weighted dissimilarities.

    ``k = sum_t alphas[t] exp(-sum_i betas[t][i] terms[t][i])``

    The kernel of the NASBOT paper (Kandasamy et al. 2018; golden README, quirk 13) is the case
    ``terms = (lp, emd**2)`` of the OTMANN distances with unnormalised and with normalised masses.
    Exponents are the caller's matter.

    Args:
        terms: Dissimilarities, each of shape ``(k_t, n, m)``.
        parameters: Hyperparameters for as many terms of these sizes.

    Returns:
        Kernel matrix of shape ``(n, m)``. The one of a set with itself can be indefinite, since
        a dissimilarity such as OTMANN need not be negative definite.

    Raises:
        ValueError: If the shapes of the terms disagree with the parameters or with each other.
    """
    _check_terms(terms, parameters)
    return np.asarray(sum(exponentials(terms, parameters.alphas, parameters.betas)))


def product_kernel(
    terms: Sequence[NDArray[np.float64]], parameters: KernelParameters, scale: float
) -> NDArray[np.float64]:
    """Product form of the kernel, ``k = scale exp(-sum_t sum_i betas[t][i] terms[t][i])``.

    The other form that the reference knows; the search uses `sum_kernel`.

    Args:
        terms: Dissimilarities, each of shape ``(k_t, n, m)``.
        parameters: Hyperparameters for as many terms of these sizes, of which ``betas`` are used.
        scale: Variance, takes the place of ``alphas``.

    Returns:
        Kernel matrix of shape ``(n, m)``.

    Raises:
        ValueError: If the shapes of the terms disagree with the parameters or with each other.
    """
    _check_terms(terms, parameters)
    # The product of exponentials is the exponential of one long term.
    term, betas = np.concatenate(terms), np.concatenate(parameters.betas)
    return exponentials([term], np.array([scale]), [betas])[0]


def exponentials(
    terms: Sequence[NDArray[np.float64]],
    alphas: NDArray[np.float64],
    betas: Sequence[NDArray[np.float64]],
) -> list[NDArray[np.float64]]:
    """The summands ``alphas[t] exp(-sum_i betas[t][i] terms[t][i])`` of `sum_kernel`."""
    return [
        alpha * np.exp(-np.einsum("k,kij->ij", beta, term))
        for alpha, beta, term in zip(alphas, betas, terms, strict=True)
    ]


def _non_negative(name: str, values: ArrayLike) -> NDArray[np.float64]:
    vector = np.array(values, dtype=np.float64)
    right = vector.ndim == 1 and vector.size > 0 and np.isfinite(vector).all()
    if not (right and vector.min() >= 0):
        raise ValueError(
            f"{name} must be a non-empty vector of finite non-negative numbers, got {vector}."
        )
    return vector


def _check_terms(terms: Sequence[NDArray[np.float64]], parameters: KernelParameters) -> None:
    shapes = [term.shape for term in terms]
    pairs = shapes[0][1:] if shapes else ()
    if len(pairs) != 2 or shapes != [(len(beta), *pairs) for beta in parameters.betas]:
        sizes = [len(beta) for beta in parameters.betas]
        raise ValueError(
            f"terms must have shapes (k, n, m) with k = {sizes} like betas and the same n and m, "
            f"got {shapes}."
        )
