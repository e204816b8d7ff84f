from __future__ import annotations

from itertools import pairwise

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization import to_text


def skipping(kind: str, *hidden: Layer) -> Architecture:
    """A chain in which the last layer before the decision sees the first hidden layer, too."""
    decision = Layer("softmax" if kind == "cnn" else "linear")
    layers = (Layer("ip"), *hidden, decision, Layer("op"))
    return Architecture(layers, (*pairwise(range(len(layers))), (1, len(hidden))), kind)


def test_images_and_parameters() -> None:
    network = skipping("cnn", Layer("conv3", 8, 2), Layer("res3", 1000, 1), Layer("conv5", 4, 1))
    assert to_text(network, image_size=32, inputs=3, outputs=10) == (
        """\
cnn · 6 layers · 6 edges · mass 15,652 · 9,187,090 parameters
        layer      image   mass  parameters  inputs
●    0  ip         32×32  1,204           0
●    1  conv3-8/2  16×16      8         232  0
├─●  2  res3-1000  16×16  8,000   9,086,000  1
●─╯  3  conv5-4    16×16  4,032     100,808  1, 2
●    4  softmax           1,204          50  3
●    5  op                1,204           0  4"""
    )


def test_without_images() -> None:
    network = skipping("mlp-reg", Layer("relu", 64), Layer("tanh", 8), Layer("elu", 8))
    assert to_text(network) == (
        """\
mlp-reg · 6 layers · 6 edges · mass 1,498
        layer    mass  inputs
●    0  ip        115
●    1  relu-64    64  0
├─●  2  tanh-8    512  1
●─╯  3  elu-8     576  1, 2
●    4  linear    115  3
●    5  op        115  4"""
    )


def test_small_masses_keep_their_digits(cell: Architecture) -> None:
    assert " 0.5 " in to_text(cell)


def test_labels_stay_on_their_line(spaces) -> None:
    for network in spaces["own"].initial_pool:
        assert len(to_text(network).splitlines()) == len(network.layers) + 2


def test_wrong_arguments(known: Architecture) -> None:
    with pytest.raises(TypeError, match="inputs, outputs: expected both or none"):
        to_text(known, outputs=10)
    with pytest.raises(ValueError, match="inputs: expected"):
        to_text(known, inputs=0, outputs=10)
