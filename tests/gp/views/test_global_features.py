from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import Operation
from optuna_nasbot import total_mass
from optuna_nasbot.gp.views.global_features import global_features
from optuna_nasbot.gp.views.global_features import path_lengths_by_group

SPACES = [
    MLPSpace(),
    CNNSpace(),
    GraphSpace(
        kind="features", operations=["conv3", "fc", Operation("own", "conv")], image_size=32
    ),
    CellSpace(kind="on-vertices", operations=[Operation("a"), Operation("b")], max_vertices=5),
    CellSpace(kind="on-edges", operations=[Operation("c")], operations_on="edges", max_vertices=4),
]


def test_a_network_by_hand() -> None:
    """A chain of two layers, of which the first is also skipped."""
    layers = (Layer("ip"), Layer("relu", 8), Layer("tanh", 32), Layer("linear"), Layer("op"))
    edges = ((0, 1), (0, 2), (1, 2), (2, 3), (3, 4))
    network = Architecture(layers, edges, "mlp-reg")
    expected = [
        math.log(5),
        math.log(1 + total_mass(network)),
        5,
        1.0,
        4,
        3,
        math.log(16),  # the geometric mean of 8 and 32
        1,
        2,
        0.0,  # no layer has a stride
    ]
    np.testing.assert_allclose(global_features(network), expected)


def test_mean_stride() -> None:
    layers = (Layer("ip"), Layer("conv3", 8, 2), Layer("conv3", 8, 1), Layer("softmax"))
    layers = (*layers, Layer("op"))
    network = Architecture(layers, ((0, 1), (1, 2), (2, 3), (3, 4)), "cnn")
    assert global_features(network)[-1] == 1.5


def test_path_lengths_by_hand() -> None:
    """Two rectifiers, and a sigmoid that is skipped."""
    layers = (Layer("ip"), *[Layer("relu", 8)] * 2, Layer("tanh", 8), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5))
    network = Architecture(layers, edges, "mlp-reg")
    assert network.operations.groups == ("rectifier", "sigmoid")
    assert path_lengths_by_group(network).tolist() == [2, 0, 2, 1]


def test_path_lengths_without_groups() -> None:
    space = GraphSpace(kind="groupless", operations=[Operation("a"), Operation("b")])
    layers = (Layer("ip"), Layer("a", 8), Layer("b", 8), Layer("linear"), Layer("op"))
    network = Architecture(layers, ((0, 1), (1, 2), (1, 3), (2, 3), (3, 4)), "groupless")
    assert space.operation_set.groups == ()
    shortest, longest = path_lengths_by_group(network)
    assert longest == shortest + 1


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.operation_set.kind)
def test_networks_of_all_spaces_have_finite_features(space) -> None:
    found = np.array([global_features(network) for network in space.initial_pool])
    assert found.shape == (len(space.initial_pool), 10)
    assert np.isfinite(found).all()
    lengths = np.array([path_lengths_by_group(network) for network in space.initial_pool])
    assert lengths.shape == (len(found), 2 * max(1, len(space.operation_set.groups)))
    assert (lengths >= 0).all()


def test_features_do_not_depend_on_the_numbering() -> None:
    layers = (Layer("ip"), Layer("relu", 8), Layer("tanh", 32), Layer("linear"), Layer("op"))
    swapped = (layers[0], layers[2], layers[1], *layers[3:])
    edges = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4))
    one, other = (Architecture(each, edges, "mlp-reg") for each in (layers, swapped))
    assert one.canonical_hash() == other.canonical_hash()
    np.testing.assert_array_equal(global_features(one), global_features(other))
