from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from scipy.stats import spearmanr

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.prior import Prior
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.surrogate import refit_size
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import of_networks
from optuna_nasbot.trials.parameters import Parameter

SPACES = {"mlp": MLPSpace(max_layers=30), "cnn": CNNSpace(max_layers=30, image_size=64)}


@pytest.fixture(scope="module")
def synthetic_value() -> Callable[[Architecture], float]:
    path = Path(__file__).parents[2] / "benchmarks" / "objectives.py"
    spec = importlib.util.spec_from_file_location("objectives", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.synthetic_value


def kernel_of(space: ArchitectureSpace) -> Kernel:
    return default_kernel({"net": NetworkDistances(OTMANN.for_space(space), space.initial_pool)})


def around_pool(n: int, seed: int) -> list[Configuration]:
    rng = np.random.default_rng(seed)
    return of_networks("net", networks_around_pool(SPACES["mlp"], n, rng))


@pytest.mark.parametrize("dataset", ["mlp", "cnn"])
@pytest.mark.slow
def test_predicts_networks_of_a_search_that_it_has_not_seen(
    dataset: str, synthetic_value: Callable[[Architecture], float]
) -> None:
    space = SPACES[dataset]
    study = optuna.create_study(direction="maximize", sampler=EvolutionSampler(seed=0))
    study.optimize(
        lambda trial: synthetic_value(suggest_architecture(trial, "net", space)), n_trials=150
    )
    order = np.random.default_rng(0).permutation(150)
    tried = of_networks("net", (get_architecture(study.trials[index], "net") for index in order))
    values = np.array([study.trials[index].value for index in order])
    targets = Targets(values[:100])
    surrogate = SurrogateFitter(kernel_of(space)).fit(tried[:100], targets)
    mean, std = surrogate.predict(tried[100:])
    assert spearmanr(mean, values[100:]).statistic >= 0.85
    # Errors are about as large as the surrogate expects them to be.
    observed_mean, observed_std = surrogate.predict(tried[:100])
    assert np.abs(observed_mean - targets.all).mean() < 0.5 * std.mean()
    assert observed_std.mean() < std.mean()


@pytest.fixture(scope="module")
def surrogate() -> Surrogate:
    observed = around_pool(10, seed=0)[:15]
    values = np.array([len(each.networks["net"].layers) for each in observed], dtype=float)
    return SurrogateFitter(kernel_of(SPACES["mlp"])).fit(observed, Targets(values))


def new_networks(n: int) -> list[Configuration]:
    return around_pool(60, seed=1)[-n:]


def test_hallucinating_the_expected_value_leaves_the_mean_and_shrinks_the_variance(
    surrogate: Surrogate,
) -> None:
    pending, others = new_networks(6)[:2], new_networks(6)[2:]
    after = surrogate.hallucinate(pending)
    mean, std = surrogate.predict([*pending, *others])
    mean_after, std_after = after.predict([*pending, *others])
    np.testing.assert_allclose(mean_after, mean, atol=1e-9)
    assert (std_after <= std + 1e-9).all()
    assert (std_after[:2] < 0.5 * std[:2]).all()
    assert after.configurations == (*surrogate.configurations, *pending)


def test_given_values_are_believed(surrogate: Surrogate) -> None:
    (network,) = new_networks(1)
    mean, _ = surrogate.given([network], np.array([3.0])).predict([network])
    assert mean[0] == pytest.approx(3.0, abs=0.01)


def test_nothing_to_hallucinate(surrogate: Surrogate) -> None:
    assert surrogate.hallucinate([]) is surrogate


def test_joint_prediction_agrees_with_single_ones(surrogate: Surrogate) -> None:
    networks = new_networks(5)
    mean, std = surrogate.predict(networks)
    joint_mean, covariance = surrogate.predict_jointly(networks)
    np.testing.assert_allclose(joint_mean, mean)
    np.testing.assert_allclose(np.diag(covariance), np.square(std), rtol=0.05)
    assert np.linalg.eigvalsh(covariance)[0] > 0


def test_one_network_and_repeated_ones_with_different_values() -> None:
    fitter = SurrogateFitter(kernel_of(SPACES["mlp"]))
    network, other = of_networks("net", SPACES["mlp"].initial_pool[:2])
    for networks, values in (
        ([network], [1.0]),
        ([network, network], [1.0, 2.0]),
        ([network, network, other], [-1e308, 1e308, 5e-324]),
    ):
        mean, std = fitter.fit(networks, Targets(np.array(values))).predict([other])
        assert np.isfinite(mean).all()
        assert (std > 0).all()


def test_a_fitter_gives_the_same_surrogate_whatever_it_saw_before() -> None:
    observed = around_pool(200, seed=2)[:90]
    values = np.array([len(each.networks["net"].edges) for each in observed], dtype=float)
    growing = SurrogateFitter(kernel_of(SPACES["mlp"]))
    for n in (50, 63, 88):
        growing.fit(observed[:n], Targets(values[:n]))
    late = SurrogateFitter(kernel_of(SPACES["mlp"])).fit(observed, Targets(values))
    early = growing.fit(observed, Targets(values))
    np.testing.assert_array_equal(early.parameters.to_log(), late.parameters.to_log())
    np.testing.assert_allclose(early.posterior.weights, late.posterior.weights, rtol=1e-6)


def test_hyperparameters_are_fitted_when_the_study_has_grown_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = []

    def recorded(terms: object, values: np.ndarray, prior: Prior) -> KernelParameters:
        sizes.append(len(values))
        return prior.median

    monkeypatch.setattr("optuna_nasbot.gp.surrogate.fit", recorded)
    observed = around_pool(200, seed=2)[:71]
    values = np.arange(71.0)
    fitter = SurrogateFitter(kernel_of(SPACES["mlp"]), max_fitted=66)
    for n in range(61, 72):
        surrogate = fitter.fit(observed[:n], Targets(values[:n]))
        assert len(surrogate.configurations) == n
    assert sizes == [61, 62, 63, 64, 66, 66, 66]


@pytest.mark.parametrize(
    ("n", "size"), [(1, 1), (63, 63), (65, 64), (127, 126), (130, 128), (511, 504), (2000, 1984)]
)
def test_refit_size(n: int, size: int) -> None:
    assert refit_size(n) == size


def test_beyond_the_limit_the_process_knows_a_subset() -> None:
    observed = around_pool(60, seed=2)[:40]
    values = np.random.default_rng(0).normal(size=40)
    fitter = SurrogateFitter(kernel_of(SPACES["mlp"]), max_observations=20)
    surrogate = fitter.fit(observed, Targets(values))
    assert len(surrogate.configurations) == len(surrogate.posterior.weights) == 20
    assert observed[int(np.argmax(values))] in surrogate.configurations


def test_networks_to_come_are_as_uncertain_as_others_at_the_same_parameters() -> None:
    networks, rng = around_pool(12, seed=3)[:12], np.random.default_rng(0)
    rate = Parameter(FloatDistribution(0.0, 1.0))
    kinds = {"net": SPACES["mlp"].operation_set.kind}
    kernel = joint_kernel(kernel_of(SPACES["mlp"]), Dimensions(kinds, {"rate": rate}))
    # Learning rates above a half were hardly tried.
    observed = [
        Configuration(each.networks, {"rate": float(value)})
        for each, value in zip(networks, [*rng.uniform(0.0, 0.5, 11), 0.9], strict=True)
    ]
    values = np.array([np.sin(5 * each.parameters["rate"]) for each in observed])
    surrogate = SurrogateFitter(kernel).fit(observed, Targets(values))
    tried, last = observed[0], observed[11]
    own, others = [tried.networks], [each.networks for each in observed[1:11]]

    mean, std = surrogate.predict([tried, last])
    same_mean, same_std = surrogate.of_networks_to_come(own).predict([tried, last])
    np.testing.assert_array_equal(same_mean, mean)
    assert same_std[0] == std[0]
    other_mean, other_std = surrogate.of_networks_to_come(others).predict([tried, last])
    np.testing.assert_array_equal(other_mean, mean)
    # Both were tried, but much less is known of what other networks do at the rate of the last.
    assert std[1] < 1.5 * std[0]
    assert (other_std > std).all()
    assert other_std[1] > 1.5 * other_std[0]


def test_leave_one_out_predicts_a_target_from_the_others_only(surrogate: Surrogate) -> None:
    targets = np.linspace(-1.0, 1.0, len(surrogate.configurations))
    changed = targets + np.eye(len(targets))[3]
    mean, std = surrogate.leave_one_out(targets)
    assert surrogate.leave_one_out(changed)[0][3] == pytest.approx(mean[3])
    assert np.delete(surrogate.leave_one_out(changed)[0] - mean, 3).all()
    assert (std > math.sqrt(surrogate.parameters.noise_variance)).all()
