"""Dense linear algebra on one thread.

Threads of BLAS wait for each other in busy loops. When several workers share a machine, a fit
that takes 0.05 s on one thread takes ten seconds on two. NumPy can't be told to use one thread,
but torch can, so torch does the work here. The user's number of threads is restored after each
call. (A Python thread that first uses torch during such a call, which takes milliseconds, keeps
one thread for it until it sets another number.)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

_lock = threading.Lock()


def _renew_lock() -> None:
    """Give a forked process a free lock: the thread that holds the old one is not there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def torch_on_one_thread() -> Iterator[Any]:
    """Give the module torch to one block at a time, in which it uses one thread."""
    # Imported here because torch is slow to import, and most processes never fit.
    import torch

    with _lock:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield torch
        finally:
            torch.set_num_threads(threads)


def product(*factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The product of matrices, from left to right; the last one may be a vector."""
    with torch_on_one_thread() as torch:
        return _array(reduce(torch.matmul, [_tensor(torch, factor) for factor in factors]))


def cholesky(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lower triangular L with ``matrix = L L^T``.

    Raises:
        numpy.linalg.LinAlgError: The matrix is not positive definite in double precision.
    """
    with torch_on_one_thread() as torch:
        factor, failed = torch.linalg.cholesky_ex(_tensor(torch, matrix))
    if failed:
        raise np.linalg.LinAlgError("The matrix is not positive definite.")
    return _array(factor)


def inverse_of_triangular(lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of a lower triangular matrix."""
    with torch_on_one_thread() as torch:
        identity = _tensor(torch, np.eye(len(lower)))
        return _array(torch.linalg.solve_triangular(_tensor(torch, lower), identity, upper=False))


def inverse_of_product(lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of ``L L^T`` for a lower triangular L."""
    with torch_on_one_thread() as torch:
        return _array(torch.cholesky_inverse(_tensor(torch, lower)))


def eigh(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues in ascending order and eigenvectors (columns) of a symmetric matrix.

    Raises:
        numpy.linalg.LinAlgError: The iteration does not converge.
    """
    with torch_on_one_thread() as torch:
        try:
            eigenvalues, vectors = torch.linalg.eigh(_tensor(torch, matrix))
        except torch.linalg.LinAlgError as error:
            raise np.linalg.LinAlgError(str(error)) from None
    return _array(eigenvalues), _array(vectors)


def _tensor(torch: Any, array: NDArray[np.float64]) -> Any:
    # torch warns about read-only arrays.
    return torch.from_numpy(np.require(array, requirements="W"))


def _array(tensor: Any) -> NDArray[np.float64]:
    return np.asarray(tensor.numpy())
