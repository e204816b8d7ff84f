from __future__ import annotations

import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.optimize
import torch
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot.gp.fitting import fit
from optuna_nasbot.gp.fitting import prior_parameters
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.regression import condition

# Mean and standard deviation of the log hyperparameters, for two coefficients.
PRIOR_MEAN = np.array([math.log(0.5)] * 2 + [-math.log(2)] * 4 + [math.log(0.01)])
PRIOR_STD = np.array([1.0] * 6 + [0.7])


def euclidean_data(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances of points in the plane, and a smooth function of the points."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(size=(n, 2))
    difference = np.abs(points[:, None] - points).transpose(2, 0, 1)
    values = np.sin(6 * points[:, 0]) + points[:, 1]
    return difference * 3, difference, (values - values.mean()) / max(values.std(), 1e-12)


def log_posterior(
    parameters: KernelParameters, lp: np.ndarray, emd: np.ndarray, values: np.ndarray
) -> float:
    kernel = sum_kernel(lp, emd, parameters)
    likelihood = condition(kernel, values, parameters.noise_variance).log_marginal_likelihood
    return likelihood - 0.5 * float(
        np.square((parameters.to_log() - PRIOR_MEAN) / PRIOR_STD).sum()
    )


def test_prior_parameters() -> None:
    np.testing.assert_allclose(prior_parameters(2).to_log(), PRIOR_MEAN)


@pytest.mark.parametrize("seed", range(3))
def test_fit_is_a_maximum_better_than_the_prior_mean(seed: int) -> None:
    data = euclidean_data(25, seed)
    fitted = fit(*data)
    best = log_posterior(fitted, *data)
    assert best > log_posterior(prior_parameters(2), *data) + 1
    for unit in np.eye(7):
        for step in (-0.2, 0.2):
            moved = KernelParameters.from_log(fitted.to_log() + step * unit)
            assert log_posterior(moved, *data) < best


def test_fit_is_deterministic() -> None:
    data = euclidean_data(20, 0)
    np.testing.assert_array_equal(fit(*data).to_log(), fit(*data).to_log())


def test_fit_finds_which_distance_matters() -> None:
    lp, emd, _ = euclidean_data(40, 1)
    values = np.sin(3 * lp[0, 0])
    relevant, irrelevant = fit(lp, emd, (values - values.mean()) / values.std()).betas_lp
    assert relevant > 10 * irrelevant


def test_a_warm_start_is_used_and_does_no_harm() -> None:
    data = euclidean_data(25, 0)
    converged = fit(*data)
    # No iteration: the result is the better of the two starts.
    warm = fit(*data, start=converged, max_iterations=0)
    np.testing.assert_allclose(warm.to_log(), converged.to_log())
    bad = KernelParameters(np.array([1e9, 0.0]), np.ones(2), np.ones(2), 1e-30)
    after_bad = fit(*data, start=bad)
    assert log_posterior(after_bad, *data) >= log_posterior(converged, *data) - 1e-9


@settings(deadline=None, max_examples=30)
@given(
    values=st.lists(st.floats(-5, 5), min_size=1, max_size=8),
    scale=st.sampled_from([0.0, 1e-300, 1.0, 1e6, 1e150]),
)
def test_fit_survives_degenerate_data(values: list[float], scale: float) -> None:
    """Constant values, duplicates with different values, one network, absurd distances."""
    n = len(values)
    distances = scale * np.abs(np.subtract.outer(np.arange(n) // 2, np.arange(n) // 2))
    distances = np.stack([distances, distances])
    fitted = fit(distances, distances, np.array(values))
    assert np.isfinite(fitted.to_log()).all()
    condition(sum_kernel(distances, distances, fitted), np.array(values), fitted.noise_variance)


def test_overflowing_likelihood_gives_the_prior_mean() -> None:
    lp, emd, values = euclidean_data(5, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        fitted = fit(lp, emd, values * 1e200)
    np.testing.assert_allclose(fitted.to_log(), PRIOR_MEAN)


def test_failed_factorisation_gives_the_prior_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise torch.linalg.LinAlgError("did not converge")

    monkeypatch.setattr(scipy.optimize, "minimize", fail)
    np.testing.assert_allclose(fit(*euclidean_data(5, 0)).to_log(), PRIOR_MEAN)


def test_read_only_distances_are_fine() -> None:
    data = euclidean_data(5, 0)
    for array in data:
        array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(*data)


@pytest.mark.parametrize(
    ("lp", "emd", "values", "message"),
    [
        (np.zeros((2, 3, 3)), np.zeros((2, 3, 3)), np.zeros(2), "must have shape"),
        (np.zeros((2, 3, 3)), np.zeros((1, 3, 3)), np.zeros(3), "must have shape"),
        (np.zeros((0, 3, 3)), np.zeros((0, 3, 3)), np.zeros(3), "must have shape"),
        (np.zeros((3, 3)), np.zeros((3, 3)), np.zeros(3), "must have shape"),
        (np.full((1, 2, 2), math.inf), np.zeros((1, 2, 2)), np.zeros(2), "finite"),
        (np.zeros((1, 2, 2)), np.zeros((1, 2, 2)), np.array([0, math.nan]), "finite"),
    ],
)
def test_bad_data_is_refused(
    lp: np.ndarray, emd: np.ndarray, values: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        fit(lp, emd, values)


def test_start_for_other_coefficients_is_refused() -> None:
    with pytest.raises(ValueError, match="start must be for 2 structural coefficients"):
        fit(*euclidean_data(4, 0), start=prior_parameters(3))


def test_importing_the_module_loads_neither_scipy_nor_torch() -> None:
    code = (
        "import sys, optuna_nasbot.gp.fitting, optuna_nasbot.gp.warping, "
        "optuna_nasbot.acquisition.expected_improvement; "
        "sys.exit(any(name in sys.modules for name in ('scipy.optimize', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
