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
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.prior import equal_prior
from optuna_nasbot.gp.regression import condition
from optuna_nasbot.gp.warping import warp

SIZES = (2, 2, 1)
# Mean and standard deviation of the log hyperparameters.
PRIOR_MEAN = np.array([-math.log(3)] * 3 + [-math.log(2)] * 4 + [0.0, math.log(0.003)])
PRIOR_STD = np.array([1.0] * 8 + [1.5])

PRIOR = equal_prior(SIZES)

Terms = list[list[np.ndarray]]


def euclidean_data(n: int, seed: int) -> tuple[Terms, np.ndarray]:
    """Distances of points in the plane, and a smooth function of the points."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(size=(n, 2))
    difference = np.abs(points[:, None] - points).transpose(2, 0, 1)
    views = [3 * difference, difference**2, difference.sum(axis=0, keepdims=True)]
    return [[view] for view in views], warp(np.sin(6 * points[:, 0]) + points[:, 1])


def log_posterior(parameters: KernelParameters, terms: Terms, values: np.ndarray) -> float:
    return -map_objective(terms, values, PRIOR)(parameters.to_log())[0]


def test_equal_prior() -> None:
    np.testing.assert_allclose(PRIOR.median.to_log(), PRIOR_MEAN)
    np.testing.assert_array_equal(PRIOR.mean, PRIOR.median.to_log())
    np.testing.assert_array_equal(PRIOR.std, PRIOR_STD)


@pytest.mark.parametrize("seed", range(3))
def test_fit_is_a_maximum_better_than_the_prior_mean(seed: int) -> None:
    data = euclidean_data(25, seed)
    fitted = fit(*data, PRIOR)
    best = log_posterior(fitted, *data)
    assert best > log_posterior(PRIOR.median, *data) + 1
    for unit in np.eye(len(PRIOR_MEAN)):
        for step in (-0.2, 0.2):
            moved = KernelParameters.from_log(fitted.to_log() + step * unit, SIZES)
            assert log_posterior(moved, *data) < best


def test_fit_is_deterministic() -> None:
    data = euclidean_data(20, 0)
    np.testing.assert_array_equal(fit(*data, PRIOR).to_log(), fit(*data, PRIOR).to_log())


def test_fit_finds_which_distance_matters() -> None:
    terms, _ = euclidean_data(40, 1)
    relevant, irrelevant = fit(
        terms[:1], warp(np.sin(3 * terms[0][0][0, 0])), equal_prior([2])
    ).betas[0]
    assert relevant > 10 * irrelevant


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_not_taken_for_signal(seed: int) -> None:
    terms, smooth = euclidean_data(80, seed)
    noise = np.random.default_rng(seed + 100).normal(size=80)
    values = warp((smooth + noise) / math.sqrt(2))
    fitted = fit(terms, values, PRIOR)
    assert 0.3 < fitted.noise_variance < 0.7
    # The optimum that the mean of the prior, with its little noise, leads to is a worse one.
    near = scipy.optimize.minimize(map_objective(terms, values, PRIOR), PRIOR_MEAN, jac=True)
    assert np.exp(near.x[-1]) < 0.01
    assert log_posterior(fitted, terms, values) > 1.0 - near.fun


def test_one_iteration_is_less_than_many() -> None:
    data = euclidean_data(20, 0)
    few, many = fit(*data, PRIOR, max_iterations=1), fit(*data, PRIOR)
    assert log_posterior(PRIOR.median, *data) < log_posterior(few, *data)
    assert log_posterior(few, *data) < log_posterior(many, *data)


@pytest.mark.parametrize(("scale", "bound"), [(0.0, 1e-6), (1e3, 10.0)])
def test_noise_variance_stays_within_its_bounds(scale: float, bound: float) -> None:
    """Without any noise, and with far more than standardised values can have."""
    terms = [[np.zeros((k, 50, 50))] for k in SIZES]
    fitted = fit(terms, scale * (-1.0) ** np.arange(50), PRIOR)
    assert fitted.noise_variance == pytest.approx(bound)


@pytest.mark.parametrize("log_beta_step", [-6.0, 0.0, 6.0])
def test_kernel_can_be_factorised_at_the_bounds(log_beta_step: float) -> None:
    """Every point twice, distances without triangle inequality, largest ratio to the noise."""
    rng = np.random.default_rng(0)
    terms, values = euclidean_data(100, 0)
    half = np.triu(rng.uniform(1, 2, size=(100, 100)))
    doubled = np.arange(200) // 2
    terms = [[(view * (half + half.T))[:, doubled][:, :, doubled]] for (view,) in terms]
    x = PRIOR_MEAN + np.array([6.0] * 3 + [log_beta_step] * 5 + [0.0])
    x[-1] = math.log(1e-6)
    parameters = KernelParameters.from_log(x, SIZES)
    posterior = condition(sum_kernel(terms, parameters), values[doubled], 1e-6)
    assert np.isfinite(posterior.weights).all()
    value, gradient = map_objective(terms, values[doubled], PRIOR)(x)
    assert np.isfinite([value, *gradient]).all()


@settings(deadline=None, max_examples=30)
@given(
    values=st.lists(st.floats(-5, 5), min_size=1, max_size=8),
    scale=st.sampled_from([0.0, 1e-300, 1.0, 1e6, 1e150]),
)
def test_fit_survives_degenerate_data(values: list[float], scale: float) -> None:
    """Constant values, duplicates with different values, one network, absurd distances."""
    n = len(values)
    distances = scale * np.abs(np.subtract.outer(np.arange(n) // 2, np.arange(n) // 2))
    terms = [[np.stack([distances] * k)] for k in SIZES]
    fitted = fit(terms, np.array(values), PRIOR)
    assert np.isfinite(fitted.to_log()).all()
    condition(sum_kernel(terms, fitted), np.array(values), fitted.noise_variance)


def test_overflowing_likelihood_gives_the_prior_mean() -> None:
    terms, values = euclidean_data(5, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        fitted = fit(terms, values * 1e200, PRIOR)
    np.testing.assert_allclose(fitted.to_log(), PRIOR_MEAN)


def test_failed_factorisation_gives_the_prior_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise np.linalg.LinAlgError("did not converge")

    monkeypatch.setattr("optuna_nasbot.gp.fitting._minimum", fail)
    np.testing.assert_allclose(fit(*euclidean_data(5, 0), PRIOR).to_log(), PRIOR_MEAN)


def test_read_only_distances_are_fine() -> None:
    terms, values = euclidean_data(5, 0)
    for array in (*(view for views in terms for view in views), values):
        array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(terms, values, PRIOR)


@pytest.mark.parametrize(
    ("terms", "values", "message"),
    [
        ([], np.zeros(3), "terms must have views"),
        ([[np.zeros((2, 3, 3))]], np.zeros(2), r"terms must have views of shapes \(k, 2, 2\)"),
        ([[np.zeros((2, 3, 4))]], np.zeros(3), "terms must have views"),
        ([[np.zeros((1, 3, 3))]], np.zeros(3), r"sums \(2,\) of k for each term as in prior"),
        ([[]], np.zeros(3), "terms must have views"),
        ([[np.full((2, 2, 2), math.inf)]], np.zeros(2), "terms must be finite"),
        ([[np.zeros((2, 2, 2))]], np.array([0, math.nan]), "values must be"),
        ([[np.zeros((2, 2, 2))]], np.zeros((2, 1)), "values must be"),
    ],
)
def test_bad_data_is_refused(terms: Terms, values: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(terms, values, equal_prior([2]))


def test_importing_the_module_loads_neither_scipy_nor_torch() -> None:
    code = (
        "import sys, optuna_nasbot.gp.fitting, optuna_nasbot.gp.warping, "
        "optuna_nasbot.acquisition.expected_improvement; "
        "sys.exit(any(name in sys.modules for name in ('scipy.optimize', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_fit_does_not_depend_on_the_torch_settings_around_it() -> None:
    data = euclidean_data(15, 0)
    expected = fit(*data, PRIOR).to_log()
    with torch.no_grad():
        np.testing.assert_array_equal(fit(*data, PRIOR).to_log(), expected)
    with torch.inference_mode():
        np.testing.assert_array_equal(fit(*data, PRIOR).to_log(), expected)
    with torch.device("meta"):
        np.testing.assert_array_equal(fit(*data, PRIOR).to_log(), expected)
