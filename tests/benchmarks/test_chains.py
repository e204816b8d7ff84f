from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.samplers import RandomSampler
from optuna.trial import FixedTrial

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace

SPACES: dict[str, Any] = {
    "mlp": MLPSpace(),
    "mlp, tight": MLPSpace(max_layers=12, min_units=20, max_units=200, max_mass=50_000),
    "mlp-class": MLPSpace(task="classification", min_mass=1e6),
    "cnn": CNNSpace(),
    "cnn, tight": CNNSpace(image_size=8, max_layers=15, max_mass=1e6),
}


@pytest.mark.parametrize("name", SPACES)
def test_flattened_networks_are_of_the_space(module, name: str) -> None:
    flattened = module("chains").flattened
    study = optuna.create_study(sampler=RandomSampler(seed=0))
    networks = [flattened(study.ask(), SPACES[name]) for _ in range(60)]
    assert all(network in SPACES[name] for network in networks)
    assert len({network.canonical_hash() for network in networks}) > 55


@pytest.mark.parametrize("name", SPACES)
def test_chains_of_the_pool_come_back(module, name: str) -> None:
    chains, space = module("chains"), SPACES[name]
    described = {
        network: params
        for network in space.initial_pool
        if (params := chains.flattened_params(network)) is not None
    }
    assert len(described) >= len(space.initial_pool) - 1
    for network, params in described.items():
        trial = FixedTrial(params)
        assert chains.flattened(trial, space) == network
        assert trial.params == params
        for parameter, distribution in trial.distributions.items():
            assert distribution._contains(distribution.to_internal_repr(params[parameter]))


def chain(kind: str, *hidden: Layer, decision: str) -> Architecture:
    layers = (Layer("ip"), *hidden, Layer(decision), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), kind)


def test_networks_that_no_parameters_describe(module) -> None:
    params = module("chains").flattened_params
    plain = chain("mlp-reg", Layer("relu", 8), Layer("tanh", 9), decision="linear")
    skip = Architecture(plain.layers, (*plain.edges, (0, 2)), "mlp-reg")
    conv, pool, dense = Layer("conv3", 8, 1), Layer("max-pool"), Layer("fc", 8)
    assert params(plain) is not None
    assert params(skip) is None
    assert params(chain("cnn", conv, pool, conv, dense, decision="softmax")) is not None
    assert params(chain("cnn", conv, pool, pool, dense, decision="softmax")) is None
    assert params(chain("cnn", conv, *[dense] * 4, decision="softmax")) is None
    assert params(chain("cnn", *[conv, Layer("conv5", 8, 1)] * 5, decision="softmax")) is None


def test_few_blocks(module) -> None:
    layers = [Layer("conv3", 8, 2), Layer("conv3", 8, 1), Layer("conv3", 9, 1)]
    params = module("chains").flattened_params(chain("cnn", *layers, decision="softmax"))
    assert (params["n_blocks"], params["n_layers0"], params["stride0"]) == (2, 2, 2)
