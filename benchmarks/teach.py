"""An objective that depends on local structure: how much a network is like a hidden one.

The synthetic objectives of the authors are functions of a few counts, which a model of these
counts learns as well as any. Here a network scores by which layers stand next to which.

Each layer gets a colour: at first its label and stride, then, twice, its colour together with
those of its parents and of its children (Weisfeiler and Lehman's colours). A network's histogram
has for each colour the sum of log2(units + 1) over its layers, 1 for a layer without units. The
similarity of two networks is

    mean over the rounds of  sum_c min(a_c, b_c) / max(sum_c a_c, sum_c b_c),

from 0 to 1, and 1 for a network with itself. It has nothing to do with the distance that the
search uses, but for being about the same networks.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace

N_EDITS = 15
N_ROUNDS = 2

Histogram = dict[Hashable, float]


def hidden_network(space: ArchitectureSpace, rng: np.random.Generator) -> Architecture:
    """A network 15 random edits away from one of the initial pool."""
    hidden = Candidate(space.initial_pool[int(rng.integers(len(space.initial_pool)))])
    for _ in range(N_EDITS):
        hidden = mutate(hidden, space, rng, count_probabilities=(1.0,))
    return hidden.network


def similarity(network: Architecture, other: Architecture) -> float:
    """The similarity of two networks, from 0 to 1."""
    pairs = zip(_histograms(network), _histograms(other), strict=True)
    return sum(_overlap(a, b) for a, b in pairs) / (N_ROUNDS + 1)


def _overlap(a: Histogram, b: Histogram) -> float:
    common = sum(min(weight, b[colour]) for colour, weight in a.items() if colour in b)
    return common / max(sum(a.values()), sum(b.values()))


def _histograms(network: Architecture) -> list[Histogram]:
    """The histogram of each round."""
    colours: list[Hashable] = [(layer.label, layer.stride) for layer in network.layers]
    histograms = [_histogram(network.layers, colours)]
    for _ in range(N_ROUNDS):
        colours = [
            (colour, _multiset(colours, parents), _multiset(colours, children))
            for colour, parents, children in zip(
                colours, network.parents, network.children, strict=True
            )
        ]
        histograms.append(_histogram(network.layers, colours))
    return histograms


def _multiset(colours: list[Hashable], indices: tuple[int, ...]) -> Hashable:
    return tuple(sorted((colours[index] for index in indices), key=repr))


def _histogram(layers: tuple[Layer, ...], colours: list[Hashable]) -> Histogram:
    histogram: Histogram = {}
    for layer, colour in zip(layers, colours, strict=True):
        weight = 1.0 if layer.units is None else math.log2(layer.units + 1)
        histogram[colour] = histogram.get(colour, 0.0) + weight
    return histogram
