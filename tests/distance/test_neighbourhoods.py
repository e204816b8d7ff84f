from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.distance.neighbourhoods import N_HISTOGRAMS
from optuna_nasbot.distance.neighbourhoods import neighbourhood_distances
from optuna_nasbot.distance.neighbourhoods import neighbourhoods


def chain(*labels: str) -> Architecture:
    layers = (Layer("ip"), *(Layer(label, 8) for label in labels), Layer("linear"), Layer("op"))
    edges = tuple((index, index + 1) for index in range(len(layers) - 1))
    return Architecture(layers=layers, edges=edges, kind="mlp-reg")


def by_counting(a: Architecture, b: Architecture) -> list[int]:
    """Distances by histograms whose keys spell the neighbourhoods out."""
    distances = []
    for first, second in zip(spelt_out(a), spelt_out(b), strict=True):
        distances.append(((first - second) + (second - first)).total())
    return distances


def spelt_out(network: Architecture) -> list[Counter]:
    octaves = [layer.units and round(2 * np.log2(layer.units)) for layer in network.layers]
    labels = [layer.label for layer in network.layers]
    histograms = [Counter(zip(labels, octaves, strict=True))]
    for radius in (0, 1, 2):
        keys = (around(network, layer, radius) for layer in range(len(labels)))
        histograms.append(Counter(keys))
    return histograms


def around(network: Architecture, layer: int, radius: int) -> str:
    if radius == 0:
        return network.layers[layer].label
    parents, children = (
        sorted(around(network, other, radius - 1) for other in others[layer])
        for others in (network.parents, network.children)
    )
    return f"({around(network, layer, radius - 1)}: {parents}, {children})"


def test_distances_by_hand() -> None:
    # A swapped label in the middle of three changes one layer at radius 0, at radius 1 also its
    # two neighbours, and at radius 2 their neighbours; each counts in both histograms.
    distances = neighbourhood_distances(
        [chain("relu", "relu", "relu")], [chain("relu", "tanh", "relu")]
    )
    np.testing.assert_array_equal(distances[:, 0, 0], [2, 2, 6, 10])


def test_layers_of_one_colour_are_counted() -> None:
    # one, two and four layers with the same neighbourhoods
    networks = [chain("relu", *["tanh"] * n, "relu") for n in (5, 6, 8)]
    found = neighbourhood_distances(networks, networks)
    np.testing.assert_array_equal(found, np.tile([[0, 1, 3], [1, 0, 2], [3, 2, 0]], (4, 1, 1)))


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
    for i, first in enumerate(networks):
        for j, second in enumerate(networks[:15]):
            np.testing.assert_array_equal(distances[:, i, j], by_counting(first, second))
    square = distances[:, :15]
    np.testing.assert_array_equal(square, square.transpose(0, 2, 1))
    assert not np.diagonal(square, axis1=1, axis2=2).any()
    assert (square[:, :, None] <= square[:, :, :, None] + square[:, None]).all()
    assert (np.diff(distances[1:], axis=0) >= 0).all()  # a wider view only tells more layers apart


def test_each_histogram_is_a_set_of_as_many_elements_as_layers(architectures) -> None:
    for network in architectures("cnn").values():
        elements = neighbourhoods(network).elements
        assert elements.shape == (N_HISTOGRAMS, len(network.layers))
        assert all(len(set(row)) == len(row) for row in elements.tolist())


def test_threads_get_the_same_distances(architectures) -> None:
    networks = list(architectures("mlp-class").values())
    expected = neighbourhood_distances(networks, networks)
    with ThreadPoolExecutor(8) as pool:
        starts = range(len(networks) - 2)
        found = pool.map(lambda i: neighbourhood_distances(networks, networks[i : i + 3]), starts)
        for i, distances in enumerate(found):
            np.testing.assert_array_equal(distances, expected[:, :, i : i + 3])


def test_empty_sets_are_welcome() -> None:
    assert neighbourhood_distances([chain("relu")], []).shape == (4, 1, 0)
    assert neighbourhood_distances([], [chain("relu")]).shape == (4, 0, 1)
