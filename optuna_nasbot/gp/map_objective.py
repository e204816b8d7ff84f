"""What the fit minimises, differentiated by torch.

Only `fit` imports this module, and only when called: importing torch is slow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from optuna_nasbot.gp.kernel import sum_of_exponentials


class PositivePart(torch.autograd.Function):
    """Differentiable `positive_part` of a symmetric matrix.

    For a spectral function f the Daleckii-Krein theorem (Bhatia, "Matrix Analysis", theorem V.3.3)
    gives the backward pass ``V (F o (V^T G V)) V^T`` with the divided differences
    ``F_ij = (f(w_i) - f(w_j)) / (w_i - w_j)``. Here f(w) = max(w, 0): F is 1 for two eigenvalues
    >= 0, 0 for two negative ones, and ``w+ / (w+ - w-)`` for a mixed pair. Unlike the derivative
    of the eigenvectors, F is bounded by 1 everywhere, also where eigenvalues coincide.
    """

    @staticmethod
    def forward(ctx: Any, matrix: torch.Tensor) -> torch.Tensor:
        """Return the positive part of ``matrix`` (n, n), of which the lower triangle is read."""
        ctx.is_identity = torch.linalg.cholesky_ex(matrix).info.item() == 0
        if ctx.is_identity:
            return matrix.clone()
        eigenvalues, vectors = torch.linalg.eigh(matrix)
        ctx.save_for_backward(eigenvalues, vectors)
        repaired: torch.Tensor = (vectors * eigenvalues.clamp(min=0)) @ vectors.T
        return repaired

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        """Return the derivative with respect to the matrix."""
        (gradient,) = gradients
        if ctx.is_identity:
            return gradient
        eigenvalues, vectors = ctx.saved_tensors
        clipped = eigenvalues.clamp(min=0)
        positive = eigenvalues >= 0
        mixed = (clipped[:, None] + clipped) / (eigenvalues[:, None] - eigenvalues).abs()
        same_sign = positive[:, None] == positive
        divided = torch.where(same_sign, positive.to(mixed.dtype), mixed)
        rotated = vectors.T @ gradient @ vectors
        derivative: torch.Tensor = vectors @ (divided * rotated) @ vectors.T
        return derivative


@contextmanager
def own_torch_settings() -> Iterator[None]:
    """Run torch on one thread and on the CPU and with gradients inside the block.

    Matrices of a few hundred rows gain nothing from more threads, and beside other busy processes
    the threads' waiting for each other costs far more than the work. The other two may be set
    otherwise where an objective asks for a network.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(False), torch.enable_grad(), torch.device("cpu"):
            yield
    finally:
        torch.set_num_threads(threads)


def map_objective(
    terms: Sequence[NDArray[np.float64]],
    values: NDArray[np.float64],
    prior_mean: NDArray[np.float64],
    prior_std: NDArray[np.float64],
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    """Negative log posterior density of the log hyperparameters, up to a constant, with gradient.

    ``-log p(values | x) + |(x - prior_mean) / prior_std|^2 / 2`` for log hyperparameters x, where
    the likelihood is that of `condition` with prior mean 0, the repair of the kernel matrix
    included.

    Args:
        terms: Dissimilarities of the kernel's terms, each of shape ``(k_t, n, n)``.
        values: Standardised observations, shape ``(n,)``.
        prior_mean: Mean of the normal prior of x, in the order of `KernelParameters.to_log`.
        prior_std: Standard deviation of that prior, the same shape.

    Returns:
        Function from x to the value and its gradient. It raises `torch.linalg.LinAlgError` where
        a factorisation fails.
    """
    counts = [len(terms), *map(len, terms), 1]
    # Copies: torch warns about read-only arrays, which cached distances may be.
    terms_, values_ = [torch.tensor(term) for term in terms], torch.tensor(values)[:, None]
    mean, std = torch.tensor(prior_mean), torch.tensor(prior_std)
    identity = torch.eye(len(values), dtype=torch.float64)
    normaliser = 0.5 * len(values) * math.log(2 * math.pi)

    def objective(log_parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        x = torch.tensor(log_parameters, requires_grad=True)
        alphas, *betas, noise_variance = torch.split(x.exp(), counts)
        kernel = sum_of_exponentials(terms_, alphas, betas)
        repaired: torch.Tensor = PositivePart.apply(kernel)  # type: ignore[no-untyped-call]
        cholesky = torch.linalg.cholesky(repaired + noise_variance * identity)
        whitened = torch.linalg.solve_triangular(cholesky, values_, upper=False)
        misfit = 0.5 * whitened.square().sum() + cholesky.diagonal().log().sum() + normaliser
        loss = misfit + 0.5 * ((x - mean) / std).square().sum()
        (gradient,) = torch.autograd.grad(loss, x)
        return loss.item(), gradient.numpy()

    return objective
