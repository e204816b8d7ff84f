from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.parameter_count import count_parameters
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


def own_network(operation: Operation, layer: Layer, image_size: int | None) -> Architecture:
    GraphSpace(kind="test-parameters", operations=[operation], image_size=image_size)
    layers = (Layer("ip"), layer, Layer("linear"), Layer("op"))
    return Architecture(layers, CHAIN, "test-parameters")


def linear(channels_in: int, channels_out: int, stride: int) -> torch.nn.Module:
    return torch.nn.Linear(channels_in, channels_out)


def halving(channels_in: int, channels_out: int, stride: int) -> torch.nn.Module:
    return torch.nn.Conv2d(channels_in, channels_out, 2, stride)


@pytest.mark.parametrize(
    ("operation", "layer", "count"),
    [
        (Operation("own", module=torch.nn.Conv2d), Layer("own", 8), 3 * 8 + 8),
        (Operation("own", strides=(1, 2), module=halving), Layer("own", 8, 2), 96 + 8),
        (Operation("conv3", module=torch.nn.Conv2d), Layer("conv3", 8), 3 * 8 + 8),
        (Operation("conv3", mass=1), Layer("conv3", 8), 3 * 8 * 9 + 16),
        (Operation("conv9"), Layer("conv9", 8), 3 * 8 * 81 + 16),
    ],
)
def test_own_operations_on_images(operation: Operation, layer: Layer, count: int) -> None:
    architecture = own_network(operation, layer, image_size=8)
    module = build_module(architecture, in_channels=3, out_features=2)
    assert count_parameters(architecture, inputs=3, outputs=2) == count + (8 + 1) * 2
    assert sum(parameter.numel() for parameter in module.parameters()) == count + (8 + 1) * 2


@pytest.mark.parametrize(("module", "given"), [(None, 2 * 4), (linear, 4)])
def test_only_the_built_in_crelu_gives_two_outputs_a_unit(module: Any, given: int) -> None:
    architecture = own_network(Operation("crelu", module=module), Layer("crelu", 4), None)
    assert count_parameters(architecture, inputs=3, outputs=1) == (3 + 1) * 4 + given + 1


def test_frozen_parameters_do_not_count() -> None:
    own = Operation("own", module=lambda *given: linear(*given).requires_grad_(False))
    assert count_parameters(own_network(own, Layer("own", 4), None), inputs=3, outputs=1) == 4 + 1


def test_nothing_is_allocated_for_own_operations() -> None:
    architecture = own_network(Operation("own", module=linear), Layer("own", 10**6), None)
    assert count_parameters(architecture, inputs=10**6, outputs=1) == (10**6 + 2) * 10**6 + 1


def test_functions_that_share_weights_keep_modules_with_memory() -> None:
    kept: dict[tuple[int, ...], nn.Module] = {}

    def shared(*given: int) -> nn.Module:
        return nn.Sequential(kept.setdefault(given, linear(*given)), nn.ReLU())

    architecture = own_network(Operation("own", module=shared), Layer("own", 4), None)
    network = build_module(architecture, in_features=3, out_features=1)
    kept.clear()
    assert count_parameters(architecture, inputs=3, outputs=1) == 3 * 4 + 4 + 4 + 1
    again = build_module(architecture, in_features=3, out_features=1)
    assert again(torch.ones(2, 3)).shape == network(torch.ones(2, 3)).shape == (2, 1)


@pytest.mark.parametrize(
    ("operation", "layer", "image_size"),
    [
        (Operation("own"), Layer("own", 8), None),
        (Operation("own", module=lambda *given: 3), Layer("own", 8), None),
        (Operation("conv3"), Layer("conv3", 8), None),
        (Operation("relu", strides=(1,)), Layer("relu", 8, 1), None),
        (Operation("relu"), Layer("relu", 8), 8),
        (Operation("conv4"), Layer("conv4", 8), 8),
    ],
)
def test_parameters_of_operations_without_a_module(
    operation: Operation, layer: Layer, image_size: int | None
) -> None:
    architecture = own_network(operation, layer, image_size)
    with pytest.raises(TypeError, match=rf"^operation '{operation.label}', module: expected a f"):
        count_parameters(architecture, inputs=3, outputs=2)


@pytest.mark.parametrize("given", [None, "cnn", 3, ("ip", "op"), Architecture])
def test_what_is_no_network_has_no_parameters(given: Any) -> None:
    with pytest.raises(TypeError, match=r"^architecture: expected an Architecture, got "):
        count_parameters(given, inputs=3, outputs=2)


def test_the_package_counts_without_torch() -> None:
    code = """
import sys
sys.modules["torch"] = None
from optuna_nasbot import Architecture, count_parameters, total_mass
network = Architecture.chain("relu-4", kind="mlp-reg")
print(count_parameters(network, inputs=3, outputs=2), total_mass(network))
"""
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert shown.stdout.split() == [str((3 + 1) * 4 + (4 + 1) * 2), "304.0"]
