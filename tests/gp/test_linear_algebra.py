from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from optuna_nasbot.gp.linear_algebra import cholesky
from optuna_nasbot.gp.linear_algebra import eigh
from optuna_nasbot.gp.linear_algebra import inverse_of_product
from optuna_nasbot.gp.linear_algebra import inverse_of_triangular
from optuna_nasbot.gp.linear_algebra import product
from optuna_nasbot.gp.linear_algebra import torch_on_one_thread

RNG = np.random.default_rng(0)
SQUARE = RNG.normal(size=(6, 6))
POSITIVE = SQUARE @ SQUARE.T + np.eye(6)


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_agrees_with_numpy() -> None:
    vector, lower = RNG.normal(size=6), np.linalg.cholesky(POSITIVE)
    np.testing.assert_allclose(product(SQUARE.T, POSITIVE, vector), SQUARE.T @ POSITIVE @ vector)
    np.testing.assert_allclose(cholesky(POSITIVE), lower)
    np.testing.assert_allclose(inverse_of_triangular(lower) @ lower, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(inverse_of_product(lower) @ POSITIVE, np.eye(6), atol=1e-12)
    eigenvalues, vectors = eigh(POSITIVE)
    np.testing.assert_allclose(eigenvalues, np.linalg.eigvalsh(POSITIVE))
    np.testing.assert_allclose((vectors * eigenvalues) @ vectors.T, POSITIVE)


def test_empty_matrices() -> None:
    empty = np.zeros((0, 0))
    assert cholesky(empty).shape == inverse_of_triangular(empty).shape == (0, 0)
    assert eigh(empty)[1].shape == product(empty, empty).shape == (0, 0)


def test_indefinite_matrices_have_no_factor() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        cholesky(-POSITIVE)


def test_not_a_number_is_a_numpy_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        eigh(np.full((3, 3), np.nan))


@pytest.mark.usefixtures("two_threads")
def test_the_number_of_threads_is_restored_even_after_an_error() -> None:
    def fail() -> None:
        with torch_on_one_thread() as module:
            assert module.get_num_threads() == 1
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert torch.get_num_threads() == 2


def test_arguments_stay_as_they_are() -> None:
    matrix = POSITIVE.copy()
    matrix.flags.writeable = False
    cholesky(matrix)
    eigh(matrix)
    np.testing.assert_array_equal(matrix, POSITIVE)


def test_importing_the_module_does_not_load_torch() -> None:
    code = "import sys, optuna_nasbot.gp.surrogate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork on this system")
def test_a_process_forked_meanwhile_can_go_on() -> None:
    code = """
import os, signal, threading
import numpy as np
from optuna_nasbot.gp.linear_algebra import cholesky, torch_on_one_thread
inside, done = threading.Event(), threading.Event()
def hold():
    with torch_on_one_thread():
        inside.set()
        done.wait()
holder = threading.Thread(target=hold)
holder.start()
inside.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)
    cholesky(np.eye(2))
    os._exit(0)
status = os.waitpid(child, 0)[1]
done.set()
print(status)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert found.stdout.strip() == "0"
