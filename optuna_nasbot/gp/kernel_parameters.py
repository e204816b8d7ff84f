"""Hyperparameters of the Gaussian process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class KernelParameters:
    """Hyperparameters of a Gaussian process with a kernel of T terms.

    Attributes:
        alphas: Variance of each term, shape ``(T,)``.
        betas: Inverse length scales, for each term a vector with one entry for each dissimilarity
            of its views.
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
        """Logarithms as one vector: the alphas, the betas term by term, and the noise variance.

        Returns:
            Vector of shape ``(T + number of betas + 1,)``, with -inf for a zero.
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
            ValueError: If ``vector`` has another shape.
        """
        counts = [len(sizes), *sizes]
        if vector.shape != (sum(counts) + 1,):
            raise ValueError(
                f"vector must have shape {(sum(counts) + 1,)} for sizes {tuple(sizes)}, "
                f"got {vector.shape}."
            )
        alphas, *betas, noise = np.split(np.exp(vector), np.cumsum(counts))
        return cls(alphas, tuple(betas), noise.item())


def _non_negative(name: str, values: ArrayLike) -> NDArray[np.float64]:
    vector = np.array(values, dtype=np.float64)
    right = vector.ndim == 1 and vector.size > 0 and np.isfinite(vector).all()
    if not (right and vector.min() >= 0):
        raise ValueError(
            f"{name} must be a non-empty vector of finite non-negative numbers, got {vector}."
        )
    return vector
