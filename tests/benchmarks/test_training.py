from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from optuna_nasbot import Architecture
from optuna_nasbot import Layer


@pytest.fixture(autouse=True)
def torch_as_before() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.set_flush_denormal(False)


@pytest.fixture
def training(module):
    return module("training")


@pytest.fixture
def small_mlp(training):
    return replace(training.MLP, steps=20, batch=16)


def mlp(*layers: Layer) -> Architecture:
    chain = (Layer("ip"), *layers, Layer("linear"), Layer("op"))
    edges = tuple((i, i + 1) for i in range(len(chain) - 1))
    return Architecture(chain, edges, "mlp-reg")


NETWORK = mlp(Layer("tanh", 8), Layer("crelu", 6))


@pytest.fixture
def table(module):
    """Rows whose target is a function of the inputs."""
    sets = module("real_sets")
    x = torch.randn(90, 3, generator=torch.Generator().manual_seed(1))
    y = (x[:, :1] * x[:, 1:2]).tanh() + x[:, 2:]
    y = (y - y.mean()) / y.std()
    parts = zip(x.split(30), y.split(30), strict=True)
    return sets.DataSet(*(sets.Rows(*part) for part in parts))


@pytest.fixture
def images(module):
    """Images of two classes: those with a bright left half, and all others."""
    sets = module("real_sets")
    generator = torch.Generator().manual_seed(2)
    labels = torch.randint(0, 2, (120,), generator=generator)
    x = torch.randn(120, 3, 8, 8, generator=generator)
    x[:, 0] += 3.0 * labels[:, None, None]
    parts = zip(x.split(40), labels.split(40), strict=True)
    return sets.DataSet(*(sets.Rows(*part) for part in parts))


def test_training_is_reproducible_bit_for_bit(training, small_mlp, table) -> None:
    first = training.train(NETWORK, table, small_mlp, seed=3)
    torch.rand(5)
    assert training.train(NETWORK, table, small_mlp, seed=3) == first
    assert training.train(NETWORK, table, small_mlp, seed=4) != first


def test_mlps_learn(training, small_mlp, table) -> None:
    errors = training.train(NETWORK, table, replace(small_mlp, steps=200), seed=0)
    assert errors.valid < 0.5
    assert errors.test < 0.5
    assert errors.valid != errors.test


def test_cnns_learn(training, images) -> None:
    layers = (Layer("ip"), Layer("conv3", 8, 1), Layer("max-pool"), Layer("fc", 8))
    layers += (Layer("softmax"), Layer("op"))
    network = Architecture(layers, tuple((i, i + 1) for i in range(5)), "cnn")
    recipe = replace(training.CNN, steps=40, batch=20)
    errors = training.train(network, images, recipe, seed=0)
    assert errors.valid <= 0.1
    assert errors == training.train(network, images, recipe, seed=0)


def test_the_best_check_counts(training, small_mlp, table) -> None:
    noise = replace(table.train, targets=torch.randn(30, 1))  # to be learned by heart
    data, recipe = replace(table, train=noise), replace(small_mlp, steps=200)
    last = training.train(NETWORK, data, recipe, seed=0)
    best = training.train(NETWORK, data, replace(recipe, checks=20), seed=0)
    assert best.valid < last.valid


def test_tuned_recipes_see_as_many_rows(training) -> None:
    recipe = replace(training.MLP, steps=500, batch=32)
    tuned = recipe.tuned(lr=0.2, weight_decay=0.3, dropout=0.4, batch=100)
    assert (tuned.steps, tuned.batch, tuned.dropout) == (160, 100, 0.4)
    assert tuned.peak_lr(1) == tuned.peak_lr(30) == 0.2
    optimizer = tuned.optimizer([torch.nn.Parameter(torch.zeros(1))])
    assert optimizer.defaults["weight_decay"] == 0.3
    assert tuned.warm_up == recipe.warm_up


@pytest.mark.parametrize("changed", ["lr", "weight_decay", "dropout", "batch"])
def test_every_parameter_matters(training, small_mlp, table, changed: str) -> None:
    parameters = {"lr": 1e-2, "weight_decay": 0.1, "dropout": 0.1, "batch": 8}
    other = parameters | {changed: 2 * parameters[changed]}
    one, another = (
        training.train(NETWORK, table, small_mlp.tuned(**each), seed=0)
        for each in (parameters, other)
    )
    assert one.valid != another.valid


def test_classifiers_are_judged_as_the_recipe_says(training, small_mlp, table) -> None:
    labels = [(part.targets[:, 0] > 0).long() for part in (table.train, table.valid, table.test)]
    parts = zip((table.train, table.valid, table.test), labels, strict=True)
    data = type(table)(*(replace(rows, targets=classes) for rows, classes in parts))
    network = Architecture.chain("tanh-8", "crelu-6", kind="mlp-class")
    recipe = replace(small_mlp, steps=200)
    rates = training.train(network, data, recipe, seed=0)
    losses = training.train(
        network, data, replace(recipe, class_error=torch.nn.functional.nll_loss), seed=0
    )
    assert rates.valid * 30 == pytest.approx(round(rates.valid * 30))
    assert rates.valid < 0.3
    assert 0 < losses.valid != rates.valid


def test_learning_rate_rises_and_falls(training) -> None:
    recipe = replace(training.MLP, steps=99, warm_up=0.2, peak_lr=lambda depth: 1.0)
    rates = [recipe.lr(step, 1) for step in range(99)]
    assert rates[:20] == pytest.approx([(step + 1) / 20 for step in range(20)])
    assert rates[19:] == sorted(rates[19:], reverse=True)
    assert rates[59] == pytest.approx(0.5)
    assert 0 < rates[-1] < 1e-3


@pytest.mark.parametrize(("depth", "lr"), [(1, 0.01), (3, 0.01), (6, 0.005), (30, 0.001)])
def test_deep_networks_learn_slowly(training, depth: int, lr: float) -> None:
    assert training.MLP.peak_lr(depth) == pytest.approx(lr)


def test_depth_is_that_of_the_longest_path(training) -> None:
    layers = [Layer("ip"), *[Layer("relu", 8)] * 4, Layer("linear"), Layer("op")]
    edges = ((0, 1), (1, 2), (2, 3), (0, 4), (3, 5), (4, 5), (5, 6))
    assert training.hidden_depth(Architecture(tuple(layers), edges, "mlp-reg")) == 3
    assert training.hidden_depth(NETWORK) == 2
