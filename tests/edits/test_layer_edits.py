from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.image_size import inverse_image_sizes
from optuna_nasbot.edits.layer_edits import REMOVE_LAYER
from optuna_nasbot.edits.layer_edits import SWAP_LAYER
from optuna_nasbot.edits.layer_edits import WEDGE_LAYER
from optuna_nasbot.edits.layer_edits import remove_layer
from optuna_nasbot.edits.layer_edits import swap_layer
from optuna_nasbot.edits.layer_edits import wedge_layer

KINDS = ("cnn", "mlp-reg", "mlp-class")
RECTIFIERS = {"relu", "crelu", "leaky-relu", "softplus", "elu"}
SIGMOIDS = {"logistic", "tanh"}


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def chain(kind: str, *hidden: Layer) -> Architecture:
    decision = "linear" if kind == "mlp-reg" else "softmax"
    layers = (Layer("ip"), *hidden, Layer(decision), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), kind)


def hidden_of(architecture: Architecture) -> list[str]:
    return [str(layer) for layer in architecture.layers[1:-2]]


# --- swap_layer


@pytest.mark.parametrize("kind", KINDS)
def test_swap_changes_one_label_and_no_image_size(architectures, kind: str) -> None:
    random = rng()
    for architecture in architectures(kind).values():
        for site in SWAP_LAYER.sites(architecture, random):
            child = swap_layer(architecture, site, random)
            if child is None:  # a pool right after the input
                assert kind == "cnn"
                assert 0 in architecture.parents[site]
                continue
            assert child.edges == architecture.edges
            changed = [
                index
                for index, pair in enumerate(zip(architecture.layers, child.layers, strict=True))
                if pair[0] != pair[1]
            ]
            assert changed == [site]
            assert child.layers[site].label != architecture.layers[site].label
            if kind == "cnn":
                assert inverse_image_sizes(
                    child.layers, child.parents, child.operations
                ) == inverse_image_sizes(
                    architecture.layers, architecture.parents, architecture.operations
                )
            else:
                assert child.layers[site].units == architecture.layers[site].units


def swaps(architecture: Architecture, site: int) -> Counter[str]:
    random = rng()
    children = [swap_layer(architecture, site, random) for _ in range(300)]
    return Counter(str(child.layers[site]) for child in children if child is not None)


def test_swap_in_mlps_changes_the_group() -> None:
    architecture = chain("mlp-reg", Layer("relu", 8), Layer("tanh", 8))
    assert set(swaps(architecture, 1)) == {f"{label}-8" for label in SIGMOIDS}
    assert set(swaps(architecture, 2)) == {f"{label}-8" for label in RECTIFIERS}


def test_swap_in_cnns_keeps_what_happens_to_the_image() -> None:
    architecture = chain(
        "cnn", Layer("conv3", 8, 1), Layer("res3", 8, 2), Layer("max-pool"), Layer("fc", 8)
    )
    filters = [f"{name}{size}" for name in ("conv", "res") for size in (3, 5, 7)]
    assert set(swaps(architecture, 1)) == {f"{label}-8" for label in filters} - {"conv3-8"}
    assert set(swaps(architecture, 2)) == {
        *(f"{label}-8/2" for label in filters if label != "res3"),
        "max-pool",
        "avg-pool",
    }
    assert set(swaps(architecture, 3)) == {"avg-pool"}
    assert SWAP_LAYER.sites(architecture, rng()) == [1, 2, 3]


def test_every_swap_among_labels_of_one_s_own_keeps_the_image() -> None:
    operations = [
        Operation("one", strides=(1,)),
        Operation("two", strides=(1, 2)),
        Operation("plain"),
        Operation("shrink", strides=(1,), image="halve"),
        Operation("half", has_units=False, image="halve"),
    ]
    GraphSpace(kind="test-swap-images", operations=operations, image_size=16)
    architecture = Architecture.chain(
        "two-8", "two-8/2", "shrink-8", "plain-8", "half", kind="test-swap-images"
    )
    assert SWAP_LAYER.sites(architecture, rng()) == [1, 2, 3, 4]  # `half` has no units
    assert swaps(architecture, 2) == swaps(architecture, 3) == {"half": 300}
    kept = {1: {"one-8", "plain-8"}, 4: {"one-8", "two-8"}}
    for site, expected in kept.items():
        found = swaps(architecture, site)
        assert set(found) == expected
        assert found.total() == 300


def test_every_swap_among_labels_of_one_s_own_keeps_the_units() -> None:
    operations = [
        Operation("wide", group="dense"),
        Operation("gated", group="dense"),
        Operation("sparse", group="sparse"),
        Operation("norm", group="plain", has_units=False),
        Operation("drop", group="plain", has_units=False),
    ]
    GraphSpace(kind="test-swap-units", operations=operations)
    architecture = Architecture.chain("wide-8", "sparse-8", "norm", kind="test-swap-units")
    assert swaps(architecture, 1) == {"sparse-8": 300}
    assert set(swaps(architecture, 2)) == {"wide-8", "gated-8"}
    assert swaps(architecture, 3) == {"drop": 300}  # of its own group: there is no other


# --- wedge_layer


@pytest.mark.parametrize("kind", KINDS)
def test_wedge_puts_one_layer_into_an_edge(architectures, kind: str) -> None:
    random = rng()
    for architecture in architectures(kind).values():
        last = len(architecture.layers) - 1
        sites = WEDGE_LAYER.sites(architecture, random)
        assert sites == [edge for edge in architecture.edges if edge[1] != last]
        for site in sites:
            child = wedge_layer(architecture, site, random)
            assert child is not None  # something always fits: a convolution or a dense layer
            assert len(child.layers) == len(architecture.layers) + 1
            assert len(child.edges) == len(architecture.edges) + 1
            (new,) = Counter(child.layers) - Counter(architecture.layers)
            assert new.label in architecture.operations.by_label
            assert new.stride == (1 if new.label.startswith(("conv", "res")) else None)
            assert child.operations.decision in child.layers[child.parents[-1][0]].label


def wedged(architecture: Architecture, site: tuple[int, int]) -> Counter[str]:
    random = rng()
    return Counter(hidden_of(wedge_layer(architecture, site, random))[site[0]] for _ in range(300))


@pytest.mark.parametrize(
    ("site", "units"),
    [
        ((1, 2), 23),  # (15 + 30) / 2 rounded away from zero
        ((2, 3), 35),
        ((0, 1), 15),  # beside the input: the width of the other neighbour
        ((3, 4), 40),  # beside the decision layer, too
    ],
)
def test_width_of_a_new_layer_is_the_mean_of_its_neighbours(
    site: tuple[int, int], units: int
) -> None:
    architecture = chain("mlp-reg", Layer("relu", 15), Layer("tanh", 30), Layer("elu", 40))
    labels = wedged(architecture, site)
    assert set(labels) == {f"{label}-{units}" for label in RECTIFIERS | SIGMOIDS}
    assert max(labels.values()) < 3 * min(labels.values())


def test_width_between_layers_without_units_is_that_of_the_parents_or_the_default() -> None:
    pools = chain("cnn", Layer("conv3", 24, 1), Layer("max-pool"), Layer("avg-pool"))
    assert {name for name in wedged(pools, (2, 3)) if "conv3" in name} == {"conv3-24"}
    skipping = Architecture(
        (Layer("ip"), Layer("relu", 10), Layer("relu", 20), Layer("linear"), Layer("op")),
        ((0, 1), (1, 2), (2, 3), (0, 3), (3, 4)),
        "mlp-reg",
    )
    child = wedge_layer(skipping, (0, 3), rng())  # at the input: over the children of the input
    assert sorted(layer.units for layer in child.layers if layer.units) == [10, 10, 20]
    assert {name.partition("-")[2][-2:] for name in wedged(chain("mlp-reg"), (0, 1))} == {"16"} | {
        name.partition("-")[2][-2:] for name in ("leaky-relu-16",)
    }


def test_after_a_dense_layer_comes_a_dense_layer_as_wide() -> None:
    architecture = chain("cnn", Layer("conv3", 8, 1), Layer("fc", 40), Layer("fc", 20))
    assert set(wedged(architecture, (2, 3))) == {"fc-40"}
    assert set(wedged(architecture, (3, 4))) == {"fc-20"}


def test_before_a_dense_layer_anything_may_come_but_after_the_input_only_filters() -> None:
    architecture = chain("cnn", Layer("conv3", 8, 1), Layer("fc", 20))
    labels = {name.partition("-")[0] for name in wedged(architecture, (1, 2))}
    assert labels == {"conv3", "conv5", "conv7", "res3", "res5", "res7", "max", "avg", "fc"}
    labels = {name.partition("-")[0] for name in wedged(architecture, (0, 1))}
    assert labels == {"conv3", "conv5", "conv7", "res3", "res5", "res7"}


# --- remove_layer


@pytest.mark.parametrize("kind", KINDS)
def test_remove_takes_out_one_processing_layer(architectures, kind: str) -> None:
    random = rng()
    removed = 0
    for architecture in architectures(kind).values():
        for site in REMOVE_LAYER.sites(architecture, random):
            assert architecture.layers[site].label in architecture.operations.by_label
            child = remove_layer(architecture, site, random)
            if child is None:
                continue
            removed += 1
            labels = Counter(layer.label for layer in architecture.layers)
            labels.subtract(layer.label for layer in child.layers)
            assert +labels == Counter([architecture.layers[site].label])
            assert not -labels
            assert len(child.edges) < len(architecture.edges)
    assert removed > 100


def test_neighbours_of_a_removed_layer_stay_connected() -> None:
    layers = (
        Layer("ip"),
        Layer("relu", 10),
        Layer("relu", 11),
        Layer("tanh", 12),
        Layer("elu", 13),
        Layer("elu", 14),
        Layer("linear"),
        Layer("op"),
    )
    edges = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (3, 5), (2, 5), (4, 6), (5, 6), (6, 7))
    architecture = Architecture(layers, edges, "mlp-reg")
    bridges = Counter()
    for seed in range(100):
        child = remove_layer(architecture, 3, np.random.default_rng(seed))
        name = [layer.units for layer in child.layers]
        assert sorted(filter(None, name)) == [10, 11, 13, 14]
        links = {(name[i], name[j]) for i, j in child.edges}
        assert (11, 14) in links  # what was connected stays so
        bridges[frozenset(links & {(10, 13), (10, 14), (11, 13)})] += 1
    # 10 has lost its child and gets one of the two; 13, if it is not that one, gets a parent.
    assert set(bridges) == {
        frozenset({(10, 13)}),
        frozenset({(10, 14), (10, 13)}),
        frozenset({(10, 14), (11, 13)}),
    }


@pytest.mark.parametrize(
    ("hidden", "site", "left"),
    [
        # The children take the stride over,
        (["conv3", "conv5/2", "conv7", "fc"], 2, ["conv3-8", "conv7-8/2", "fc-8"]),
        (["conv3", "max-pool", "res3", "fc"], 2, ["conv3-8", "res3-8/2", "fc-8"]),
        # or else the parents,
        (["conv3", "max-pool", "fc"], 2, ["conv3-8/2", "fc-8"]),
        (["conv3", "avg-pool", "max-pool", "fc"], 2, ["conv3-8/2", "max-pool", "fc-8"]),
        (["conv3", "conv5/2", "conv7/2", "fc"], 2, ["conv3-8/2", "conv7-8/2", "fc-8"]),
        # or else the image stays larger.
        (["conv3/2", "conv5/2", "conv7/2", "fc"], 2, ["conv3-8/2", "conv7-8/2", "fc-8"]),
        (["conv3/2", "max-pool"], 2, ["conv3-8/2"]),
        # Layers that do not halve are just taken out.
        (["conv3", "conv5", "fc"], 2, ["conv3-8", "fc-8"]),
        (["conv3/2", "fc"], 2, ["conv3-8/2"]),
        # Only convolutions may follow the input.
        (["conv3", "fc"], 1, None),
        (["conv3", "max-pool"], 1, None),
        (["conv3/2", "res3"], 1, ["res3-8/2"]),
    ],
)
def test_who_halves_the_image_instead(
    hidden: list[str], site: int, left: list[str] | None
) -> None:
    def layer(text: str) -> Layer:
        label, _, stride = text.partition("/")
        if "pool" in label:
            return Layer(label)
        return Layer(label, 8, None if label == "fc" else int(stride or 1))

    child = remove_layer(chain("cnn", *map(layer, hidden)), site, rng())
    assert (child and hidden_of(child)) == left


def test_branches_that_would_meet_with_images_of_two_sizes_make_no_network() -> None:
    pools = [Layer("max-pool")] * 2 + [Layer("avg-pool")] * 2
    layers = (
        Layer("ip"),
        Layer("conv3", 8, 2),
        *pools,
        Layer("fc", 8),
        Layer("softmax"),
        Layer("op"),
    )
    edges = ((0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (3, 6), (5, 6), (6, 7), (7, 8))
    assert remove_layer(Architecture(layers, edges, "cnn"), 2, rng()) is None
