from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot.architecture import operations_of

KINDS = ("cnn", "mlp-reg", "mlp-class")
OWN = "test-chain"


@pytest.fixture(scope="module", autouse=True)
def own_kind() -> None:
    """A kind whose labels are the beginning, or look like the units or the stride, of others."""
    GraphSpace(
        kind=OWN,
        operations=[
            Operation("sep"),
            Operation("sep-3", strides=(1, 2)),
            Operation("a"),
            Operation("a-1", has_units=False),
            Operation("x/2"),
            Operation("y", has_units=False, strides=(1, 2)),
            Operation("leaky-relu", strides=(1,)),
            Operation("7"),
        ],
    )


def hidden(architecture: Architecture) -> tuple[Layer, ...]:
    n_ends = 1 if architecture.operations.decision is None else 2
    return architecture.layers[1:-n_ends]


def test_a_chain_is_the_network_of_its_layers_in_order() -> None:
    network = Architecture.chain("conv3-16", "res3-16/2", "max-pool", "fc-32", kind="cnn")
    assert network == Architecture(
        (
            Layer("ip"),
            Layer("conv3", 16, 1),
            Layer("res3", 16, 2),
            Layer("max-pool"),
            Layer("fc", 32),
            Layer("softmax"),
            Layer("op"),
        ),
        ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)),
        "cnn",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_decision_layer_is_that_of_the_kind(kind: str) -> None:
    layers = ("conv3-8",) if kind == "cnn" else ("relu-8",)
    assert Architecture.chain(*layers, kind=kind).layers[-2] == Layer(operations_of(kind).decision)


def test_a_cell_has_no_decision_layer() -> None:
    CellSpace(kind="test-chain-cell", operations=[Operation("conv-3x3"), Operation("skip")])
    network = Architecture.chain("conv-3x3", "skip", kind="test-chain-cell")
    assert [layer.label for layer in network.layers] == ["ip", "conv-3x3", "skip", "op"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_golden_chain_is_read_back(architectures: Any, kind: str) -> None:
    chains = [
        network
        for network in architectures(kind).values()
        if len(network.edges) == len(network.layers) - 1
    ]
    assert chains
    for network in chains:
        assert Architecture.chain(*map(str, hidden(network)), kind=kind) == network


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", [*KINDS, OWN])
def test_random_chains_are_read_back(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    operations = operations_of(kind)
    first = [each for each in operations.operations if each.has_units and each.image == "keep"]
    dense = [each for each in operations.operations if each.image == "flatten"] or first
    drawn = [first[0], *rng.choice(np.array(first, object), 20), *rng.choice(np.array(dense), 3)]
    layers = [
        Layer(
            each.label,
            int(rng.integers(1, 1001)),
            int(rng.choice(each.strides)) if each.strides else None,
        )
        for each in drawn
    ]
    unambiguous = [layer for layer in layers if layer != Layer("a", 1)]
    network = Architecture.chain(*unambiguous, kind=kind)
    assert hidden(network) == tuple(unambiguous)
    assert Architecture.chain(*map(str, unambiguous), kind=kind) == network


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("sep-16", Layer("sep", 16)),
        ("sep-3", Layer("sep", 3)),
        ("sep-3-16", Layer("sep-3", 16, 1)),
        ("sep-3-16/2", Layer("sep-3", 16, 2)),
        ("sep-3-16/1", Layer("sep-3", 16, 1)),
        ("a-1", Layer("a-1")),
        ("a-12", Layer("a", 12)),
        ("x/2-5", Layer("x/2", 5)),
        ("y", Layer("y", None, 1)),
        ("y/2", Layer("y", None, 2)),
        ("leaky-relu-64", Layer("leaky-relu", 64, 1)),
        ("7-7", Layer("7", 7)),
        (np.str_("sep-16"), Layer("sep", 16)),
        (Layer("a", 1), Layer("a", 1)),
        (Layer("sep-3", 16), Layer("sep-3", 16, 1)),
        (Layer("sep-3", 16, 2), Layer("sep-3", 16, 2)),
    ],
)
def test_layers(text: object, layer: Layer) -> None:
    assert hidden(Architecture.chain("sep-4", text, kind=OWN)) == (Layer("sep", 4), layer)


@pytest.mark.parametrize(
    ("kind", "item", "message"),
    [
        ("cnn", "conv9-16", r"one of the labels of kind 'cnn' \(conv3, res3, .*\), .*'conv9-16'"),
        ("cnn", "Conv3-16", r"one of the labels .* got 'Conv3-16'"),
        ("cnn", "conv3-16-2", r"one of the labels .* got 'conv3-16-2'"),
        ("cnn", "conv3-", r"one of the labels .* got 'conv3-'"),
        ("cnn", "conv3--16", r"one of the labels .* got 'conv3--16'"),
        ("cnn", "conv3-٣", r"one of the labels .* got 'conv3-٣'"),
        ("cnn", "", r"one of the labels .* got ''"),
        ("cnn", "conv3", r"units after 'conv3', as in 'conv3-16', got 'conv3'"),
        ("cnn", "conv3/2", r"units after 'conv3', as in 'conv3-16', got 'conv3/2'"),
        ("cnn", "max-pool-16", r"no units, since 'max-pool' has none, got 'max-pool-16'"),
        ("cnn", "max-pool/2", r"no stride, since 'max-pool' has none, got 'max-pool/2'"),
        ("cnn", "conv3-16/3", r"one of the strides \[1, 2\] of 'conv3', got 'conv3-16/3'"),
        ("mlp-reg", "relu-64/2", r"no stride, since 'relu' has none, got 'relu-64/2'"),
        (OWN, "leaky-relu-64/2", r"one of the strides \[1\] of 'leaky-relu', got"),
        (OWN, "sep-3/2", r"units after 'sep-3', as in 'sep-3-16', got 'sep-3/2'"),
        (OWN, "x/2", r"units after 'x/2', as in 'x/2-16', got 'x/2'"),
        ("cnn", None, r"a string such as 'conv3-16' or a Layer, got None"),
        ("cnn", 16, r"a string such as 'conv3-16' or a Layer, got 16"),
        ("cnn", ["conv3-16"], r"a string such as 'conv3-16' or a Layer, got \['conv3-16'\]"),
        ("mlp-reg", b"relu-8", r"a string such as 'relu-16' or a Layer, got b'relu-8'"),
        ("cnn", "ip", r"a layer between input and output, .* got 'ip'"),
        ("cnn", "softmax", r"a layer between input and output, .* got 'softmax'"),
        ("mlp-reg", Layer("op"), r"a layer between input and output, .* got 'op'"),
    ],
)
def test_what_is_no_layer_is_named(kind: str, item: object, message: str) -> None:
    first = {"cnn": "conv3-16", "mlp-reg": "relu-16", OWN: "sep-4"}[kind]
    with pytest.raises(ArchitectureError, match=rf"^layers\[2\]: expected {message}"):
        Architecture.chain(first, item, kind=kind)


def test_what_is_no_network_is_named_by_the_same_numbers() -> None:
    with pytest.raises(ArchitectureError, match=r"^layers\[2\]\.units: expected .* got 0\."):
        Architecture.chain("relu-16", "relu-0", kind="mlp-reg")
    with pytest.raises(ArchitectureError, match=r"^layers\[3\] \('conv3-8'\): expected an image"):
        Architecture.chain("conv3-16", "fc-8", "conv3-8", kind="cnn")


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ArchitectureError, match=r"^kind: expected one of .* got 'no-kind'"):
        Architecture.chain("relu-16", kind="no-kind")
