from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace

SPACES = [MLPSpace(max_layers=50), CNNSpace(max_layers=50)]


def chain(*labels: str, units: int = 16) -> Architecture:
    layers = (Layer("ip"), *(Layer(label, units) for label in labels))
    layers = (*layers, Layer("linear"), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), "mlp-reg")


@pytest.mark.parametrize("space", SPACES, ids=["mlp", "cnn"])
@pytest.mark.parametrize("seed", range(3))
def test_best_is_the_hidden_network(module, space, seed: int) -> None:
    teach = module("teach")
    hidden = teach.hidden_network(space, np.random.default_rng(seed))
    assert hidden in space
    assert teach.similarity(hidden, hidden) == pytest.approx(1.0)
    others = [teach.similarity(network, hidden) for network in space.initial_pool]
    assert 0.0 < min(others) < max(others) < 0.9
    reverse = [teach.similarity(hidden, network) for network in space.initial_pool]
    assert others == pytest.approx(reverse)


def test_each_seed_hides_another_network(module) -> None:
    hidden = {
        module("teach").hidden_network(SPACES[0], np.random.default_rng(seed)) for seed in range(5)
    }
    assert len(hidden) == 5


def test_depends_on_local_structure(module) -> None:
    similarity = module("teach").similarity
    one = chain("relu", "relu", "tanh", "tanh")
    same_counts = chain("relu", "tanh", "relu", "tanh")
    assert similarity(one, same_counts) < 0.7
    assert similarity(one, chain("relu", "relu", "tanh")) > similarity(one, same_counts)


def test_parents_are_no_children(module) -> None:
    there, back = chain("relu", "tanh", "elu"), chain("elu", "tanh", "relu")
    assert module("teach").similarity(there, back) < 0.7


def test_widths_count(module) -> None:
    similarity = module("teach").similarity
    narrow = chain("relu", "tanh")
    likeness = [similarity(narrow, chain("relu", "tanh", units=units)) for units in (16, 18, 64)]
    assert likeness[0] == pytest.approx(1.0)
    assert likeness[0] > likeness[1] > likeness[2] > 0.5


def test_numbering_does_not_matter(module) -> None:
    layers = (Layer("ip"), Layer("relu", 8), Layer("tanh", 9), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 3), (0, 2), (2, 3), (3, 4))
    swapped = (layers[0], layers[2], layers[1], *layers[3:])
    one, other = (Architecture(given, edges, "mlp-reg") for given in (layers, swapped))
    assert module("teach").similarity(one, other) == pytest.approx(1.0)
