"""Views of ordinary parameters, and of what configurations lack."""

from __future__ import annotations

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution

from optuna_nasbot import MLPSpace
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.kernels import joint_kernel
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.views.missing_view import MissingView
from optuna_nasbot.gp.views.parameter_view import ParameterView
from optuna_nasbot.search.initial_design import network_distances
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials.parameters import Parameter

SPACE = MLPSpace(max_layers=6, max_units=64)
PARAMETERS = {
    "lr": Parameter(FloatDistribution(1e-4, 1e-2, log=True)),
    "optimiser": Parameter(CategoricalDistribution(["adam", "sgd", "rmsprop"])),
}
VIEW = ParameterView(PARAMETERS)
ALL = [
    Configuration({}, {"lr": 1e-4, "optimiser": "adam"}),
    Configuration({}, {"lr": 1e-3, "optimiser": "sgd"}),
    Configuration({}, {"optimiser": "adam"}),
]


def test_differences_of_parameters() -> None:
    found = VIEW.between(ALL, ALL)
    assert found[0] == pytest.approx(np.array([[0, 1.5, 0], [1.5, 0, 0], [0, 0, 0]]), rel=1e-5)
    assert found[1] == pytest.approx(np.array([[0, 1.5, 0], [1.5, 0, 1.5], [0, 1.5, 0]]))


def test_means_are_one_over_drawn_parameters() -> None:
    rng = np.random.default_rng(0)
    drawn = [
        Configuration({}, {name: each.drawn(rng) for name, each in PARAMETERS.items()})
        for _ in range(400)
    ]
    means = VIEW.between(drawn[:200], drawn[200:]).mean(axis=(1, 2))
    assert means == pytest.approx(np.ones(2), rel=0.1)


def test_what_is_missing() -> None:
    view = MissingView(Dimensions({}, PARAMETERS))
    assert view.fitted(ALL).between(ALL, ALL).tolist() == [[[0, 0, 1], [0, 0, 1], [1, 1, 0]]]
    assert len(view.fitted(ALL[:2])) == 0


def test_what_is_missing_where_a_parameter_has_the_name_of_a_network() -> None:
    network = SPACE.initial_pool[0]
    both, alone = Configuration({"lr": network}, {"lr": 1e-3}), Configuration({"lr": network})
    dimensions = Dimensions({"lr": network.kind}, {"lr": PARAMETERS["lr"]})
    view = MissingView(dimensions).fitted([both, alone])
    assert view.between([both], [both, alone]).tolist() == [[[0, 1]]]


def test_terms_of_the_joint_kernel() -> None:
    networks = default_kernel({"net": network_distances(SPACE)})
    alone = Dimensions({"net": "mlp-class"})
    assert joint_kernel(networks, alone) is networks
    joint = joint_kernel(networks, Dimensions(alone.kinds, PARAMETERS))
    assert len(joint.terms) == 2 * len(networks.terms) + 1
    total = sum(term.variance.median for term in networks.terms)
    assert sum(term.variance.median for term in joint.terms) == pytest.approx(total + 1.0)


def test_prediction_with_what_is_missing() -> None:
    """Networks count where parameters are missing, and parameters where networks are."""
    pool, rng = SPACE.initial_pool, np.random.default_rng(0)
    kinds = {"net": pool[0].kind, "critic": pool[0].kind}
    distances = {name: network_distances(SPACE) for name in kinds}
    kernel = joint_kernel(default_kernel(distances), Dimensions(kinds, PARAMETERS))
    observed = []
    for index, network in enumerate(pool * 3):
        networks = {"net": network}
        if index % 3:
            networks["critic"] = pool[-index % len(pool)]
        parameters = {"lr": 10 ** rng.uniform(-4, -2), "optimiser": "adam"} if index % 4 else {}
        observed.append(Configuration(networks, parameters))
    values = np.array([np.log10(each.parameters.get("lr", 1e-3)) for each in observed])
    surrogate = SurrogateFitter(kernel).fit(observed, Targets(values))
    low, high = (
        Configuration({"net": pool[0], "critic": pool[1]}, {"lr": lr, "optimiser": "adam"})
        for lr in (2e-4, 8e-3)
    )
    mean, std = surrogate.predict([low, high])
    assert mean[1] - mean[0] > 1.0
    assert np.isfinite(std).all()


def test_terms_that_learned_nothing_are_left_out() -> None:
    """The first trials had none of the networks that later ones have."""
    kinds = {"net": "mlp-class", "critic": "mlp-class"}
    distances = {name: network_distances(SPACE) for name in kinds}
    kernel = joint_kernel(default_kernel(distances), Dimensions(kinds))
    observed = [Configuration({"net": network}) for network in SPACE.initial_pool]
    fitted = kernel.fitted(observed)
    assert 0 < len(fitted.terms) <= len(kernel.terms)
    assert all(len(term) > 0 for term in fitted.terms)
