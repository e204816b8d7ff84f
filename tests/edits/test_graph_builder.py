from __future__ import annotations

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.edits.graph_builder import Draft

NETWORK = Architecture(
    (Layer("ip"), Layer("relu", 8), Layer("tanh", 9), Layer("linear"), Layer("op")),
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    "mlp-reg",
)


def test_an_untouched_draft_is_the_network() -> None:
    assert Draft(NETWORK).finished() == NETWORK


def test_a_draft_is_a_copy() -> None:
    draft = Draft(NETWORK)
    draft.layers[1] = Layer("elu", 5)
    draft.remove_layer(2)
    draft.connect((1, draft.add_layer(Layer("relu", 7)), 3))
    assert [str(layer) for layer in draft.finished().layers] == [
        "ip",
        "elu-5",
        "relu-7",
        "linear",
        "op",
    ]
    assert [str(layer) for layer in NETWORK.layers] == ["ip", "relu-8", "tanh-9", "linear", "op"]


def test_numbers_stay_when_a_layer_is_removed() -> None:
    draft = Draft(NETWORK)
    draft.remove_layer(1)
    assert draft.edges == {(2, 3), (3, 4)}
    assert draft.finished() is None
    draft.connect((0, 2))
    finished = draft.finished()
    assert finished.edges == ((0, 1), (1, 2), (2, 3))
    assert finished.layers[1] == Layer("tanh", 9)


def test_a_cycle_is_no_network() -> None:
    draft = Draft(NETWORK)
    draft.connect((2, 1))
    assert draft.finished() is None
