from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
import pytest
from scipy.stats import spearmanr

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import MLPSpace
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.distance.scaled import ScaledDistances
from optuna_nasbot.gp.fitting import prior_parameters
from optuna_nasbot.gp.kernel import KernelParameters
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.surrogate import refit_size
from optuna_nasbot.gp.warping import warp
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.spaces import ArchitectureSpace

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


def scaled_distances(space: ArchitectureSpace) -> ScaledDistances:
    return ScaledDistances(OTMANN.for_space(space), space.initial_pool)


@pytest.mark.parametrize("dataset", ["mlp", "cnn"])
def test_predicts_networks_of_a_search_that_it_has_not_seen(
    dataset: str, synthetic_value: Callable[[Architecture], float]
) -> None:
    space = SPACES[dataset]
    study = optuna.create_study(direction="maximize", sampler=EvolutionSampler(seed=0))
    study.optimize(
        lambda trial: synthetic_value(suggest_architecture(trial, "net", space)), n_trials=150
    )
    order = np.random.default_rng(0).permutation(150)
    networks = [get_architecture(study.trials[index], "net") for index in order]
    values = np.array([study.trials[index].value for index in order])
    surrogate = SurrogateFitter(scaled_distances(space)).fit(networks[:100], values[:100])
    mean, std = surrogate.predict(networks[100:])
    assert spearmanr(mean, values[100:]).statistic >= 0.85
    # Errors are about as large as the surrogate expects them to be.
    observed_mean, observed_std = surrogate.predict(networks[:100])
    assert np.abs(observed_mean - surrogate.values).mean() < 0.5 * std.mean()
    assert observed_std.mean() < std.mean()


@pytest.fixture(scope="module")
def surrogate() -> Surrogate:
    space = SPACES["mlp"]
    networks = networks_around_pool(space, 10, np.random.default_rng(0))[:15]
    values = np.array([len(network.layers) for network in networks], dtype=float)
    return SurrogateFitter(scaled_distances(space)).fit(networks, values)


def new_networks(n: int) -> list[Architecture]:
    return networks_around_pool(SPACES["mlp"], 60, np.random.default_rng(1))[-n:]


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
    assert len(after.networks) == len(surrogate.networks) + 2
    np.testing.assert_array_equal(after.values, surrogate.values)


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
    space = SPACES["mlp"]
    distances = scaled_distances(space)
    network, other = space.initial_pool[:2]
    for networks, values in (
        ([network], [1.0]),
        ([network, network], [1.0, 2.0]),
        ([network, network, other], [-1e308, 1e308, 5e-324]),
    ):
        mean, std = SurrogateFitter(distances).fit(networks, np.array(values)).predict([other])
        assert np.isfinite(mean).all()
        assert (std > 0).all()


def test_failed_networks_lower_what_is_expected_around_them_and_nothing_else() -> None:
    space = SPACES["mlp"]
    rng = np.random.default_rng(0)
    failed, *observed = networks_around_pool(space, 30, rng)
    values = rng.normal(size=len(observed))
    neighbours = [near.network for near in one_edit_neighbours(Candidate(failed), space, rng)]
    fitter = SurrogateFitter(scaled_distances(space))
    without, with_failed = (fitter.fit(observed, values, nets) for nets in ((), (failed,)))
    assert np.array_equal(with_failed.values, without.values)
    assert with_failed.parameters is without.parameters
    (before, spread_before), (after, spread_after) = (
        surrogate.predict([failed, *neighbours]) for surrogate in (without, with_failed)
    )
    assert (spread_after < spread_before).all()
    pessimistic = np.quantile(warp(values), 0.25)
    assert abs(after[0] - pessimistic) < abs(before[0] - pessimistic)
    assert np.allclose(np.sign(after - before), np.sign(pessimistic - before[0]))


def test_a_fitter_gives_the_same_surrogate_whatever_it_saw_before() -> None:
    networks = networks_around_pool(SPACES["mlp"], 200, np.random.default_rng(2))[:90]
    values = np.array([len(network.edges) for network in networks], dtype=float)
    growing = SurrogateFitter(scaled_distances(SPACES["mlp"]))
    for n in (50, 63, 88):
        growing.fit(networks[:n], values[:n])
    late = SurrogateFitter(scaled_distances(SPACES["mlp"])).fit(networks, values)
    early = growing.fit(networks, values)
    np.testing.assert_array_equal(early.parameters.to_log(), late.parameters.to_log())
    np.testing.assert_allclose(early.posterior.weights, late.posterior.weights, rtol=1e-6)


def test_hyperparameters_are_fitted_when_the_study_has_grown_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = []

    def recorded(terms: list[np.ndarray], values: np.ndarray) -> KernelParameters:
        sizes.append(len(values))
        return prior_parameters([len(term) for term in terms])

    monkeypatch.setattr("optuna_nasbot.gp.surrogate.fit", recorded)
    networks = networks_around_pool(SPACES["mlp"], 200, np.random.default_rng(2))[:71]
    values = np.arange(71.0)
    fitter = SurrogateFitter(scaled_distances(SPACES["mlp"]), max_fitted=66)
    for n in range(61, 72):
        surrogate = fitter.fit(networks[:n], values[:n])
        assert len(surrogate.values) == len(surrogate.networks) == n
    assert sizes == [61, 62, 63, 64, 66, 66, 66]


@pytest.mark.parametrize(
    ("n", "size"), [(1, 1), (63, 63), (65, 64), (127, 126), (130, 128), (511, 504), (2000, 1984)]
)
def test_refit_size(n: int, size: int) -> None:
    assert refit_size(n) == size


def test_beyond_the_limit_the_process_knows_a_subset() -> None:
    networks = networks_around_pool(SPACES["mlp"], 60, np.random.default_rng(2))[:40]
    values = np.random.default_rng(0).normal(size=40)
    fitter = SurrogateFitter(scaled_distances(SPACES["mlp"]), max_observations=20)
    surrogate = fitter.fit(networks, values)
    assert len(surrogate.networks) == len(surrogate.posterior.weights) == 20
    np.testing.assert_array_equal(surrogate.values, warp(values))
    assert networks[int(np.argmax(values))] in surrogate.networks
