"""The Gaussian process against the figures of the authors' implementation (golden/gp.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optuna_nasbot.acquisition import expected_improvement
from optuna_nasbot.acquisition import log_expected_improvement
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.map_objective import map_objective
from optuna_nasbot.gp.prior import Prior
from optuna_nasbot.gp.regression import Posterior
from optuna_nasbot.gp.regression import condition

GOLDEN = Path(__file__).parents[1] / "golden"
CASES: list[dict[str, Any]] = json.loads((GOLDEN / "gp.json").read_text())["cases"]
TOLERANCE = {"rtol": 0, "atol": 1e-8}


class Case:
    """Kernels and posterior of one golden case, computed by the package."""

    def __init__(self, golden: dict[str, Any]) -> None:
        self.golden = golden
        distances = json.loads((GOLDEN / f"distances_{golden['kind']}.json").read_text())
        n = len(distances["ids"])
        self.lp, self.emd = np.zeros((4, n, n)), np.zeros((4, n, n))
        for i, j, *components in distances["pairs"]:
            self.lp[:, i, j] = self.lp[:, j, i] = components[:4]
            self.emd[:, i, j] = self.emd[:, j, i] = components[4:]
        self.train = [distances["ids"].index(name) for name in golden["train"]]
        self.test = [distances["ids"].index(name) for name in golden["test"]]

    @property
    def parameters(self) -> KernelParameters:
        golden = self.golden
        betas = np.array(golden["betas_lp"]), np.array(golden["betas_emd"])
        if golden["kernel"] == "product":
            scale = np.array([golden["scale"]])
            return KernelParameters(scale, (np.concatenate(betas),), golden["noise_variance"])
        return KernelParameters(np.array(golden["alphas"]), betas, golden["noise_variance"])

    def views(self, rows: list[int], columns: list[int]) -> list[list[np.ndarray]]:
        """Two terms of a view each, or one term with both, which is the product."""
        lp = self.lp[:, rows][:, :, columns] ** self.golden["power_lp"]
        emd = self.emd[:, rows][:, :, columns] ** self.golden["power_emd"]
        return [[lp, emd]] if self.golden["kernel"] == "product" else [[lp], [emd]]

    def kernel(self, rows: list[int], columns: list[int]) -> np.ndarray:
        return sum_kernel(self.views(rows, columns), self.parameters)

    @property
    def centred_values(self) -> np.ndarray:
        """The values less their prior mean: the package's processes have mean 0."""
        return np.array(self.golden["train_values"]) - self.golden["prior_mean"]

    def posterior(self) -> Posterior:
        train = self.kernel(self.train, self.train)
        return condition(train, self.centred_values, self.golden["noise_variance"])


@pytest.fixture(params=CASES, ids=[f"{c['kind']}-{c['kernel']}" for c in CASES], scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def test_powers_and_prior_mean_are_the_ones_the_package_assumes(case: Case) -> None:
    assert (case.golden["power_lp"], case.golden["power_emd"]) == (1, 2)
    assert case.golden["prior_mean"] == np.median(case.golden["train_values"])


def test_kernels(case: Case) -> None:
    train = case.kernel(case.train, case.train)
    np.testing.assert_allclose(train, case.golden["train_kernel"], **TOLERANCE)
    cross = case.kernel(case.test, case.train)
    np.testing.assert_allclose(cross, case.golden["test_train_kernel"], **TOLERANCE)
    smallest = np.linalg.eigvalsh(train)[0]
    assert smallest == pytest.approx(case.golden["train_kernel_min_eigenvalue"], abs=1e-8)


def test_log_marginal_likelihood(case: Case) -> None:
    expected = case.golden["log_marginal_likelihood"]
    views, parameters = case.views(case.train, case.train), case.parameters
    at = parameters.to_log()
    prior = Prior(tuple(map(len, parameters.betas)), at, np.ones_like(at))  # which is 1 there
    value, _ = map_objective(views, case.centred_values, prior)(at)
    assert -value == pytest.approx(expected, abs=1e-8)


def test_posterior_and_expected_improvement(case: Case) -> None:
    prior_variance = np.diag(case.kernel(case.test, case.test))
    mean, variance = case.posterior().predict(case.kernel(case.test, case.train), prior_variance)
    mean = mean + case.golden["prior_mean"]
    np.testing.assert_allclose(mean, case.golden["posterior_mean"], **TOLERANCE)
    std = np.sqrt(variance)
    np.testing.assert_allclose(std, case.golden["posterior_std_single"], **TOLERANCE)

    # Relative, since the smallest golden value is 1e-71.
    best, expected = case.golden["best_value"], np.array(case.golden["expected_improvement"])
    np.testing.assert_allclose(expected_improvement(mean, std, best), expected, rtol=1e-8)
    log_ei = log_expected_improvement(mean, std, best)
    np.testing.assert_allclose(log_ei, np.log(expected), rtol=1e-8)


def test_joint_covariance(case: Case) -> None:
    covariance = case.posterior().joint_covariance(
        case.kernel(case.test, case.train), case.kernel(case.test, case.test)
    )
    np.testing.assert_allclose(covariance, case.golden["posterior_covariance_joint"], **TOLERANCE)
