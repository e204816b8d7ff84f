from __future__ import annotations

import re

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot.visualization.drawing.colours import groups_of
from optuna_nasbot.visualization.drawing.colours import layer_groups
from optuna_nasbot.visualization.drawing.colours import tint


def test_groups_of_layers_and_labels_where_there_is_none() -> None:
    GraphSpace(kind="coloured", operations=["relu", Operation("gate"), Operation("fold", "folds")])
    layers = (
        *(Layer("ip"), Layer("relu", 8), Layer("gate", 8), Layer("fold", 8)),
        *(Layer("linear"), Layer("op")),
    )
    network = Architecture(layers, tuple((k, k + 1) for k in range(5)), "coloured")
    ends = "input, output"
    assert layer_groups(network) == (ends, "rectifier", "gate", "folds", "decision", ends)
    assert set(groups_of(network)) == {ends, "decision", "rectifier", "gate", "folds"}


def test_a_group_keeps_its_colour_in_all_networks_of_a_kind(spaces) -> None:
    pairs = {pair for network in spaces["cnn"].initial_pool for pair in groups_of(network).items()}
    assert len(pairs) == len(dict(pairs)) == 5


def test_many_groups_have_many_colours() -> None:
    labels = [f"layer{index}" for index in range(40)]
    GraphSpace(kind="many-coloured", operations=[Operation(label) for label in labels])
    layers = (Layer("ip"), *(Layer(label, 8) for label in labels), Layer("linear"), Layer("op"))
    edges = tuple((k, k + 1) for k in range(len(layers) - 1))
    colours = groups_of(Architecture(layers, edges, "many-coloured"))
    assert len(colours) == 42
    assert len(set(colours.values())) == 42
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours.values())


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, "#ffffff"), (1.0, "#0072b2"), (0.25, "#bfdcec")]
)
def test_tint(share: float, expected: str) -> None:
    assert tint("#0072b2", share) == expected
