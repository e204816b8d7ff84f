from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.neighbourhoods import neighbourhood_histograms


def chain(*labels: str) -> Architecture:
    layers = (Layer("ip"), *(Layer(label, 8) for label in labels), Layer("linear"), Layer("op"))
    edges = tuple((index, index + 1) for index in range(len(layers) - 1))
    return Architecture(layers=layers, edges=edges, kind="mlp-reg")


def test_histograms_of_a_chain_by_hand() -> None:
    widths, labels, around, _ = neighbourhood_histograms(chain("relu", "relu"))
    assert widths == Counter(  # 8 units are 3 octaves
        {("ip", None): 1, ("relu", 6): 2, ("linear", None): 1, ("op", None): 1}
    )
    assert labels == Counter({"ip": 1, "relu": 2, "linear": 1, "op": 1})
    assert around == Counter(
        {
            ("ip", (), ("relu",)): 1,
            ("relu", ("ip",), ("relu",)): 1,
            ("relu", ("relu",), ("linear",)): 1,
            ("linear", ("relu",), ("op",)): 1,
            ("op", ("linear",), ()): 1,
        }
    )


def test_distances_by_hand() -> None:
    # A swapped label in the middle of three changes one layer at radius 0, at radius 1 also its
    # two neighbours, and at radius 2 their neighbours; each counts in both histograms.
    distances = neighbourhood_distances(
        [chain("relu", "relu", "relu")], [chain("relu", "tanh", "relu")]
    )
    np.testing.assert_array_equal(distances[:, 0, 0], [2, 2, 6, 10])


def test_order_of_layers_does_not_matter_and_widths_only_in_the_first_part() -> None:
    layers = [Layer("ip"), Layer("relu", 8), Layer("tanh", 16), Layer("linear"), Layer("op")]
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]
    one = Architecture(layers=tuple(layers), edges=tuple(edges), kind="mlp-reg")
    layers[1], layers[2] = Layer("tanh", 99), Layer("relu", 7)
    other = Architecture(layers=tuple(layers), edges=tuple(edges), kind="mlp-reg")
    np.testing.assert_array_equal(neighbourhood_distances([one], [other])[:, 0, 0], [2, 0, 0, 0])


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_a_metric_on_histograms_that_agrees_with_counting(kind: str, architectures) -> None:
    networks = list(architectures(kind).values())[:40]
    distances = neighbourhood_distances(networks, networks[:15])
    for part in range(4):
        for i, j in ((0, 1), (7, 3), (20, 14)):
            first, second = (
                neighbourhood_histograms(network)[part] for network in (networks[i], networks[j])
            )
            by_hand = ((first - second) + (second - first)).total()
            assert distances[part, i, j] == by_hand
    square = distances[:, :15]
    np.testing.assert_array_equal(square, square.transpose(0, 2, 1))
    assert not np.diagonal(square, axis1=1, axis2=2).any()
    assert (square[:, :, None] <= square[:, :, :, None] + square[:, None]).all()
    assert (np.diff(distances[1:], axis=0) >= 0).all()  # a wider view only tells more layers apart


def test_empty_sets_are_welcome() -> None:
    assert neighbourhood_distances([chain("relu")], []).shape == (4, 1, 0)
    assert neighbourhood_distances([], [chain("relu")]).shape == (4, 0, 1)
