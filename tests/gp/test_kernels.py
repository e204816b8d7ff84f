"""What the kernels do, fitted to values that follow a trend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optuna.distributions import FloatDistribution

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot.distance.network_distances import NetworkDistances
from optuna_nasbot.gp.kernel import Kernel
from optuna_nasbot.gp.kernel import Term
from optuna_nasbot.gp.kernel import sum_kernel
from optuna_nasbot.gp.kernel_parameters import KernelParameters
from optuna_nasbot.gp.kernels import SLOW_DECAY
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.kernels import graph_kernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.kernels import kernel_named
from optuna_nasbot.gp.kernels import paper_kernel
from optuna_nasbot.gp.prior import ABOUT_ONE
from optuna_nasbot.gp.prior import LogNormal
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.surrogate import refit_size
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.views.parameter_view import ParameterView
from optuna_nasbot.gp.views.view import View
from optuna_nasbot.search import networks_around_pool
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import of_networks
from optuna_nasbot.trials.parameters import Parameter

SPACE = CNNSpace(max_layers=30, image_size=64)
NETWORKS = networks_around_pool(SPACE, 150, np.random.default_rng(0))
DISTANCES = {"net": NetworkDistances(OTMANN.for_space(SPACE), NETWORKS[:20])}


def depth(network: Architecture) -> int:
    return len(network.layers)


def mean_stride(network: Architecture) -> float:
    return float(np.mean([layer.stride for layer in network.layers if layer.stride is not None]))


@pytest.mark.parametrize(
    ("kernel", "n_terms"), [(paper_kernel, 2), (graph_kernel, 3), (default_kernel, 5)]
)
def test_terms(kernel, n_terms: int) -> None:
    made = kernel(DISTANCES).fitted(of_networks("net", NETWORKS))
    assert len(made.terms) == n_terms
    assert made.prior.sizes[:2] == (4, 4)


def test_names_of_kernels() -> None:
    assert kernel_named("default") is default_kernel
    assert kernel_named("paper") is paper_kernel


@pytest.mark.parametrize(
    ("kernel", "of_graph", "n_trends"),
    [(paper_kernel, (2, 1.0), 0), (graph_kernel, (3, 1.0), 0), (default_kernel, (3, 0.3), 2)],
)
@pytest.mark.parametrize("n_names", [1, 2])
def test_priors(kernel, of_graph: tuple[int, float], n_trends: int, n_names: int) -> None:
    """The variances of all names add up to what the one of a single name would be."""
    views_each, variance = of_graph
    terms = kernel(dict.fromkeys(("net", "critic")[:n_names], DISTANCES["net"])).terms
    n_graph = n_names * views_each
    of_trends = terms[n_graph:]
    each = LogNormal(pytest.approx(variance / n_graph), 1.0)
    assert [term.variance for term in terms[:n_graph]] == [each] * n_graph
    trend = LogNormal(pytest.approx(1.5 / n_names), 0.5)
    assert [term.variance for term in of_trends] == [trend] * n_trends * n_names
    assert [term.decay for term in terms[:n_graph]] == [ABOUT_ONE] * n_graph
    decays = (ABOUT_ONE, SLOW_DECAY)[:n_trends]
    assert [term.decay for term in of_trends] == [*decays] * n_names


def test_terms_of_networks_and_parameters() -> None:
    kinds, rate = {"net": SPACE.operation_set.kind}, Parameter(FloatDistribution(0.0, 1.0))
    networks = paper_kernel(DISTANCES)
    terms = joint_kernel(networks, Dimensions(kinds, {"lr": rate})).terms
    kinds_of_views = [[type(view).__name__ for view in term.views] for term in terms]
    views = [[type(term.views[0]).__name__, "MissingView"] for term in networks.terms]
    products = [[*each, "ParameterView"] for each in views]
    assert kinds_of_views == [*views, ["ParameterView", "MissingView"], *products]
    halves, alone = [LogNormal(pytest.approx(0.25), 1.0)] * 2, LogNormal(1.0, 0.5)
    assert [term.variance for term in terms] == [*halves, alone, *halves]


def test_terms_of_parameters_alone() -> None:
    parameters = {"lr": Parameter(FloatDistribution(0.0, 1.0))}
    (term,) = joint_kernel(paper_kernel({}), Dimensions({}, parameters)).terms
    assert [type(view).__name__ for view in term.views] == ["ParameterView", "MissingView"]


def test_terms_of_two_networks() -> None:
    kinds = dict.fromkeys(("net", "critic"), SPACE.operation_set.kind)
    networks = paper_kernel(dict.fromkeys(kinds, DISTANCES["net"]))
    terms = joint_kernel(networks, Dimensions(kinds)).terms
    assert [term.variance for term in terms] == [term.variance for term in networks.terms]
    last = [term.views[-1] for term in terms]
    assert [type(view).__name__ for view in last] == ["MissingView"] * 4
    assert len({id(view) for view in last}) == 1  # it is computed once


def test_all_views_are_told_what_will_recur() -> None:
    told = []

    class Told(View):
        def __len__(self) -> int:
            return 1

        def between(self, a, b) -> np.ndarray:
            return np.zeros((1, len(a), len(b)))

        def remember(self, configurations) -> None:
            told.append((self, configurations))

    one, other = Told(), Told()
    observed = of_networks("net", NETWORKS[:3])
    Kernel((Term((one, other), ABOUT_ONE), Term((one,), ABOUT_ONE))).remember(observed)
    assert told == [(one, observed), (other, observed)]


def test_views_that_terms_share_are_computed_once() -> None:
    class Counted(View):
        n_calls = 0

        def __len__(self) -> int:
            return 1

        def between(self, a, b) -> np.ndarray:
            self.n_calls += 1
            return np.zeros((1, len(a), len(b)))

    view, terms = Counted(), paper_kernel(DISTANCES).terms
    shared = Kernel(tuple(replace(term, views=(*term.views, view)) for term in terms))
    first, second = shared.dissimilarities(*[of_networks("net", NETWORKS[:3])] * 2)
    assert view.n_calls == 1
    assert first[1] is second[1]


def test_rows_that_no_view_tells_apart_are_compared_once() -> None:
    kinds, rate = {"net": SPACE.operation_set.kind}, Parameter(FloatDistribution(0.0, 1.0))
    networks = [{"net": network} for network in NETWORKS[:4]]
    rates = [{"lr": value} for value in (0.1, 0.5, 0.9)]
    grid = [Configuration(network, rates[i]) for network in networks for i in range(3)]
    grid.append(Configuration(networks[0]))
    kernel = joint_kernel(default_kernel(DISTANCES), Dimensions(kinds, {"lr": rate})).fitted(grid)
    parameters = KernelParameters(
        np.ones(len(kernel.terms)),
        tuple(np.full(len(term), 0.3) for term in kernel.terms),
        0.1,
    )
    expected = sum_kernel(kernel.dissimilarities(grid, grid[::2]), parameters)
    np.testing.assert_array_equal(kernel.matrix(grid, grid[::2], parameters), expected)
    seen: list[int] = []

    class Seeing(ParameterView):
        part = ParameterView.part

        def between(self, a, b) -> np.ndarray:
            seen.append(len(a))
            return super().between(a, b)

    alone = Kernel((Term((Seeing({"lr": rate}),), ABOUT_ONE),))
    one = KernelParameters(np.ones(1), (np.ones(1),), 0.1)
    assert alone.matrix(grid, grid, one).shape == (13, 13)
    assert seen == [4]  # three rates, and none


def test_a_view_that_compares_more_than_the_one_it_inherits_from() -> None:
    class Both(ParameterView):
        def between(self, a, b) -> np.ndarray:
            same = [[x.networks["net"] is y.networks["net"] for y in b] for x in a]
            return super().between(a, b) + 2.0 * ~np.array(same)

    rate = Parameter(FloatDistribution(0.0, 1.0))
    rates = {"lr": 0.3}
    tried = [Configuration({"net": network}, rates) for network in NETWORKS[:2]]
    kernel = Kernel((Term((Both({"lr": rate}),), ABOUT_ONE),))
    found = kernel.matrix(tried, tried, KernelParameters(np.ones(1), (np.ones(1),), 0.1))
    assert found == pytest.approx(np.exp([[0.0, -2.0], [-2.0, 0.0]]))


def test_views_are_views() -> None:
    with pytest.raises(TypeError, match="expected objects of subclasses of View, got 3"):
        Term((3,), ABOUT_ONE)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected at least one view, got none"):
        Term((), ABOUT_ONE)


def test_a_kernel_compares_something() -> None:
    class Nothing(View):
        def __len__(self) -> int:
            return 0

        def between(self, a, b) -> np.ndarray:
            return np.zeros((0, len(a), len(b)))

    with pytest.raises(ValueError, match="expected a term with something to compare, got none"):
        Kernel((Term((Nothing(),), ABOUT_ONE),)).fitted(of_networks("net", NETWORKS[:3]))


def test_the_trend_is_followed_beyond_what_was_tried() -> None:
    """Networks that are somewhat deeper than all that were tried are expected to be better."""
    order = sorted(NETWORKS, key=depth)
    small, large = order[:80], order[90:110]
    targets = Targets(np.array([float(depth(network)) for network in small]))

    def expected(kernel: Kernel) -> np.ndarray:
        surrogate = SurrogateFitter(kernel).fit(of_networks("net", small), targets)
        return surrogate.predict(of_networks("net", large))[0]

    with_trend, without = (expected(each(DISTANCES)) for each in (default_kernel, graph_kernel))
    best = targets.all.max()
    assert np.median(with_trend) > best
    assert without.max() < best


def test_a_feature_that_was_constant_when_the_process_was_fitted_does_no_harm() -> None:
    """Beyond 63 observations hyperparameters are those of the first ones."""
    plain = [network for network in NETWORKS if mean_stride(network) == 1.0]
    strided = [network for network in NETWORKS if mean_stride(network) > 1.0]
    assert refit_size(65) == 64
    rng = np.random.default_rng(1)
    same = [plain[index] for index in rng.integers(0, len(plain), 64)] if plain else []
    assert len(same) == 64
    observed = of_networks("net", [*same, *strided[:1]])
    values = np.array([float(depth(each.networks["net"])) for each in observed])
    surrogate = SurrogateFitter(default_kernel(DISTANCES)).fit(observed, Targets(values))
    trend = surrogate.kernel.terms[3]
    assert len(trend) == len(surrogate.parameters.betas[3]) < 10
    mean, std = surrogate.predict(of_networks("net", strided[1:20]))
    assert np.isfinite(mean).all()
    assert (std > 0).all()
    assert np.abs(mean).max() < 10


def test_configurations_that_share_a_network_are_measured_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_pairs: list[int] = []
    pairwise = OTMANN.pairwise

    def counted(self: OTMANN, a, b=None):
        n_pairs.append(len(a) * len(a) if b is None else len(a) * len(b))
        return pairwise(self, a, b)

    kernel = default_kernel({"net": NetworkDistances(OTMANN.for_space(SPACE), NETWORKS[:5])})
    configurations = [
        Configuration({"net": network}, {"lr": lr}) for network in NETWORKS[:4] for lr in range(6)
    ]
    kernel.dissimilarities(of_networks("net", NETWORKS[:1]), of_networks("net", NETWORKS[:1]))
    monkeypatch.setattr(OTMANN, "pairwise", counted)
    surrogate = SurrogateFitter(kernel).fit(configurations, Targets(np.arange(24.0)))
    surrogate.predict(configurations[::5])
    assert sum(n_pairs) == 4 * 4
