from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.parameters import count_parameters
from optuna_nasbot.network import build_module

CHAIN = ((0, 1), (1, 2), (2, 3))


@pytest.mark.parametrize("kind", ["mlp-reg", "mlp-class", "cnn"])
@pytest.mark.parametrize("inputs", [1, 3, 64])
def test_counts_what_build_module_makes(
    golden: Callable[[str], dict[str, Any]], kind: str, inputs: int
) -> None:
    name = "in_channels" if kind == "cnn" else "in_features"
    for network in golden(f"networks_{kind}")["networks"]:
        architecture = Architecture.from_dict(
            {key: network[key] for key in ("kind", "layers", "edges")}
        )
        with torch.device("meta"):
            module = build_module(architecture, **{name: inputs}, out_features=5)
        made = sum(p.numel() for p in module.parameters() if p.requires_grad)
        assert count_parameters(architecture, inputs=inputs, outputs=5) == made, network["id"]


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        (Layer("conv3", 8, 1), 2 * 8 * 9 + 16),
        (Layer("res3", 2, 1), 2 * (2 * 2 * 9 + 4)),
        (Layer("res3", 2, 2), 2 * (2 * 2 * 9 + 4) + 2 * 2 + 4),
        (Layer("res3", 8, 1), (2 * 8 * 9 + 16) + (8 * 8 * 9 + 16) + (2 * 8 + 16)),
    ],
)
def test_image_layers(layer: Layer, count: int) -> None:
    architecture = Architecture((Layer("ip"), layer, Layer("softmax"), Layer("op")), CHAIN, "cnn")
    decision = (layer.units or 0) * 10 + 10
    assert count_parameters(architecture, inputs=2, outputs=10) == count + decision


def test_crelu_gives_two_outputs_a_unit() -> None:
    layers = (Layer("ip"), Layer("crelu", 4), Layer("linear"), Layer("op"))
    architecture = Architecture(layers, CHAIN, "mlp-reg")
    assert count_parameters(architecture, inputs=3, outputs=1) == (3 + 1) * 4 + (8 + 1)


def test_nothing_is_allocated() -> None:
    layers = (Layer("ip"), Layer("relu", 10**6), Layer("linear"), Layer("op"))
    architecture = Architecture(layers, CHAIN, "mlp-reg")
    assert count_parameters(architecture, inputs=10**6, outputs=1) == (10**6 + 2) * 10**6 + 1


@pytest.mark.parametrize(
    ("number", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)]
)
@pytest.mark.parametrize("name", ["inputs", "outputs"])
def test_wrong_numbers(name: str, number: object, error: type[Exception]) -> None:
    layers = (Layer("ip"), Layer("relu", 4), Layer("linear"), Layer("op"))
    architecture = Architecture(layers, CHAIN, "mlp-reg")
    sizes = {"inputs": 3, "outputs": 2, name: number}
    with pytest.raises(error, match=f"^{name}: expected "):
        count_parameters(architecture, **sizes)
