from __future__ import annotations

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.edits.graph_builder import GraphBuilder

NETWORK = Architecture(
    (Layer("ip"), Layer("relu", 8), Layer("tanh", 9), Layer("linear"), Layer("op")),
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    "mlp-reg",
)


def test_an_untouched_builder_builds_the_network() -> None:
    assert GraphBuilder(NETWORK).build() == NETWORK


def test_a_builder_holds_a_copy() -> None:
    builder = GraphBuilder(NETWORK)
    builder.layers[1] = Layer("elu", 5)
    builder.remove_layer(2)
    builder.connect((1, builder.add_layer(Layer("relu", 7)), 3))
    assert [str(layer) for layer in builder.build().layers] == [
        "ip",
        "elu-5",
        "relu-7",
        "linear",
        "op",
    ]
    assert [str(layer) for layer in NETWORK.layers] == ["ip", "relu-8", "tanh-9", "linear", "op"]


def test_numbers_stay_when_a_layer_is_removed() -> None:
    builder = GraphBuilder(NETWORK)
    builder.remove_layer(1)
    assert builder.edges == {(2, 3), (3, 4)}
    assert builder.build() is None
    builder.connect((0, 2))
    finished = builder.build()
    assert finished.edges == ((0, 1), (1, 2), (2, 3))
    assert finished.layers[1] == Layer("tanh", 9)


def test_a_cycle_is_no_network() -> None:
    builder = GraphBuilder(NETWORK)
    builder.connect((2, 1))
    assert builder.build() is None
