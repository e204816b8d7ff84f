from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NetworkCost
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import network_cost
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate


def separable(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    depthwise = nn.Conv2d(channels_in, channels_in, 3, stride, padding=1, groups=channels_in)
    return nn.Sequential(depthwise, nn.Conv2d(channels_in, channels_out, 1), nn.ReLU())


def gated(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    return nn.Sequential(nn.Linear(channels_in, 2 * channels_out), nn.GLU())


class Attention(nn.Module):
    """Every pixel looks at every other."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.maps = nn.Conv2d(channels_in, 3 * channels_out, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        query, key, value = self.maps(image).flatten(2).transpose(1, 2).chunk(3, dim=2)
        seen = torch.softmax(query @ key.transpose(1, 2), dim=2) @ value
        return seen.transpose(1, 2).unflatten(2, image.shape[2:])


OWN_IMAGE_LAYERS = (
    Operation("separable", strides=(1, 2), module=separable),
    Operation("attention", strides=(1,), module=Attention),
    *("conv3", "res5", "max-pool", "fc"),
)


def own_images() -> GraphSpace:
    return GraphSpace(
        kind="test-cost", operations=OWN_IMAGE_LAYERS, image_size=9, max_units=32, max_layers=14
    )


def own_features() -> GraphSpace:
    gate = Operation("gate", module=gated)
    return GraphSpace(kind="test-cost-features", operations=["crelu", gate, "tanh"])


def counted_by_torch(network: Architecture, inputs: int, outputs: int, side: int | None) -> Any:
    """Parameters, multiply-adds, and outputs of Linear and Conv2d of the built module."""
    name = "in_features" if side is None else "in_channels"
    with torch.device("meta"):
        module = build_module(network, **{name: inputs}, out_features=outputs).eval()
        example = torch.empty((1, inputs) if side is None else (1, inputs, side, side))
    outputs_of_maps: list[int] = []
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            part.register_forward_hook(lambda *given: outputs_of_maps.append(given[2].numel()))
    counter = FlopCounterMode(display=False)
    with counter:
        module(example)
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return sum(each.numel() for each in module.parameters()), flops // 2, sum(outputs_of_maps)


@pytest.mark.parametrize(
    ("make", "inputs", "outputs", "side"),
    [
        (MLPSpace, 7, 3, None),
        (lambda: MLPSpace(task="classification"), 64, 10, None),
        (CNNSpace, 3, 10, 32),
        (lambda: CNNSpace(image_size=33), 1, 2, 33),
        (lambda: CNNSpace(image_size=5, task="regression"), 3, 1, 5),
        (own_features, 5, 2, None),
        (own_images, 3, 4, 9),
    ],
    ids=["mlp-reg", "mlp-class", "cnn", "cnn of odd size", "cnn-reg", "own", "own on images"],
)
def test_costs_are_what_torch_counts(make: Any, inputs: int, outputs: int, side: Any) -> None:
    space, rng = make(), np.random.default_rng(0)
    networks = [mutate(Candidate(each), space, rng).network for each in 2 * space.initial_pool]
    assert any(len(parents) > 1 for each in networks for parents in each.parents)
    for network in networks:
        cost = network_cost(network, inputs=inputs, outputs=outputs, image_size=side)
        parameters, multiply_adds, activations = counted_by_torch(network, inputs, outputs, side)
        assert (cost.parameters, cost.multiply_adds) == (parameters, multiply_adds)
        # Attention multiplies matrices besides those of its maps.
        if not any(layer.label == "attention" for layer in network.layers):
            assert cost.activation_memory == activations


def test_costs_by_hand() -> None:
    features = Architecture.chain("relu-4", "crelu-8", kind="mlp-reg")
    assert network_cost(features, inputs=3, outputs=2) == NetworkCost(
        parameters=(3 + 1) * 4 + (4 + 1) * 8 + (16 + 1) * 2,
        multiply_adds=3 * 4 + 4 * 8 + 16 * 2,
        activation_memory=4 + 8 + 2,
    )
    # 5 x 5 pixels, 3 x 3 after the residual layer, 2 x 2 after the pool.
    images = Architecture.chain("conv3-8", "res3-4/2", "max-pool", "fc-16", kind="cnn")
    residual = 8 * 4 * 9 + 4 * 4 * 9 + 8 * 4
    assert network_cost(images, inputs=2, outputs=10, image_size=5) == NetworkCost(
        parameters=2 * 8 * 9 + 16 + residual + 3 * 8 + 5 * 16 + 17 * 10,
        multiply_adds=25 * 2 * 8 * 9 + 9 * residual + 4 * 16 + 16 * 10,
        activation_memory=25 * 8 + 9 * 3 * 4 + 16 + 10,
    )


def test_concatenations_and_several_decision_layers() -> None:
    layers = ["ip", "conv3-4", "conv3-8", "conv3-2", "softmax", "softmax", "op"]
    plain = Architecture.chain("conv3-4", "conv3-8", "conv3-2", kind="cnn").layers
    ends = (plain[-2], *plain[-2:])
    edges = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (2, 5), (4, 6), (5, 6))
    network = Architecture((*plain[:-2], *ends), edges, "cnn")
    assert [str(layer) for layer in network.layers] == layers
    cost = network_cost(network, inputs=1, outputs=3, image_size=4)
    assert cost.multiply_adds == 16 * 9 * (4 + 8 + 12 * 2) + 2 * 3 + 8 * 3
    assert cost.activation_memory == 16 * (4 + 8 + 2) + 3 + 3


def test_own_operations_by_hand() -> None:
    own_images()
    network = Architecture.chain("separable-8/2", "attention-4", kind="test-cost")
    assert network_cost(network, inputs=3, outputs=2, image_size=6) == NetworkCost(
        parameters=3 * 10 + 4 * 8 + 9 * 12 + 5 * 2,
        multiply_adds=9 * (3 * 9 + 3 * 8) + 9 * 8 * 12 + 2 * 9 * 9 * 4 + 4 * 2,
        activation_memory=9 * (3 + 8) + 9 * 12 + 9 * 9 + 9 * 4 + 2,
    )


def test_an_own_operation_that_flattens_gets_the_average() -> None:
    flat = Operation("flat", image="flatten", module=gated)
    GraphSpace(kind="test-cost-flat", operations=["conv3", flat], image_size=8)
    network = Architecture.chain("conv3-4", "flat-8", kind="test-cost-flat")
    cost = network_cost(network, inputs=1, outputs=2, image_size=8)
    assert cost.multiply_adds == 64 * 9 * 4 + 4 * 16 + 8 * 2


def own_network(make: Any) -> Architecture:
    GraphSpace(kind="test-cost-own", operations=[Operation("own", module=make)])
    return Architecture.chain("own-8", kind="test-cost-own")


def test_own_modules_run_once_for_the_same_arguments() -> None:
    runs = []

    class Watched(nn.Linear):
        def forward(self, features: torch.Tensor) -> torch.Tensor:
            runs.append(features.shape)
            return super().forward(features)

    network = own_network(lambda channels_in, channels_out, stride: Watched(channels_in, 8))
    costs = {network_cost(network, inputs=3, outputs=2) for _ in range(3)}
    assert costs == {NetworkCost(3 * 8 + 8 + 9 * 2, 3 * 8 + 8 * 2, 8 + 2)}
    assert runs == [(1, 3)]


def test_shared_weights_keep_their_memory_and_take_part_in_no_run() -> None:
    shared = nn.Linear(3, 8)
    network = own_network(lambda *given: shared)
    assert network_cost(network, inputs=3, outputs=2).multiply_adds == 3 * 8 + 8 * 2
    assert not shared.weight.is_meta
    assert shared.training


def test_nothing_of_other_threads_is_counted() -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Waiting(nn.Linear):
        def forward(self, features: torch.Tensor) -> torch.Tensor:
            inside.set()
            assert go_on.wait(60)
            return super().forward(features)

    network = own_network(lambda channels_in, channels_out, stride: Waiting(channels_in, 8))
    found: list[int] = []
    thread = threading.Thread(
        target=lambda: found.append(network_cost(network, inputs=3, outputs=2).multiply_adds)
    )
    thread.start()
    assert inside.wait(60)
    nn.Linear(100, 100)(torch.ones(1, 100))
    assert not nn.modules.module._global_forward_pre_hooks
    go_on.set()
    thread.join()
    assert found == [3 * 8 + 8 * 2]


class MakesTensors(nn.Linear):
    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return super().forward(features) + torch.arange(8)


class Fails(nn.Linear):
    def forward(self, features: torch.Tensor) -> torch.Tensor:
        raise KeyError("no such size")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (MakesTensors, "makes a tensor on no device in particular .* device=x.device"),
        (Fails, "raised KeyError: .*no such size"),
        (nn.Bilinear, "raised TypeError: "),
    ],
)
def test_own_modules_that_can_t_be_counted(make: Any, message: str) -> None:
    network = own_network(lambda channels_in, channels_out, stride: make(channels_in, 8, 1))
    with pytest.raises(
        ValueError, match=rf"^operation 'own', module: expected .* shape \(1, 3\), got .*{message}"
    ):
        network_cost(network, inputs=3, outputs=2)


def test_modules_with_hooks_are_not_run() -> None:
    def watched(channels_in: int, channels_out: int, stride: int) -> nn.Module:
        module = nn.Linear(channels_in, channels_out)
        module.register_forward_hook(lambda *given: None)
        return module

    with pytest.raises(ValueError, match="has hooks of its own or is compiled"):
        network_cost(own_network(watched), inputs=3, outputs=2)


MLP = Architecture.chain("relu-4", kind="mlp-reg")
CNN = Architecture.chain("conv3-4", kind="cnn")


@pytest.mark.parametrize(
    ("network", "sizes", "error", "message"),
    [
        (MLP, {"inputs": 0}, ValueError, "inputs: expected at least 1, got 0"),
        (MLP, {"outputs": 1.5}, TypeError, "outputs: expected a whole number, got 1.5"),
        (MLP, {"image_size": 8}, ValueError, "image_size: expected None, since .* 'mlp-reg'"),
        (CNN, {}, TypeError, "image_size: expected the side of the images .* 'cnn' .* got None"),
        (CNN, {"image_size": 0}, ValueError, "image_size: expected at least 1, got 0"),
        (CNN, {"image_size": "8"}, TypeError, "image_size: expected a whole number, got '8'"),
        ("cnn", {}, TypeError, "architecture: expected an Architecture, got str"),
    ],
)
def test_wrong_arguments(network: Any, sizes: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        network_cost(network, **{"inputs": 3, "outputs": 2, **sizes})


def test_cells_have_no_cost_of_their_own() -> None:
    space = CellSpace(kind="test-cost-cell", operations=[Operation("a"), Operation("b")])
    with pytest.raises(
        ArchitectureError, match=r"whose networks are cells: .* by a function of your own"
    ):
        network_cost(space.initial_pool[0], inputs=3, outputs=2)


def test_built_in_layers_are_counted_without_torch() -> None:
    code = """
import sys
sys.modules["torch"] = None
from optuna_nasbot import Architecture, network_cost
print(network_cost(Architecture.chain("relu-4", kind="mlp-reg"), inputs=3, outputs=2))
"""
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert shown.stdout.strip() == (
        "NetworkCost(parameters=26, multiply_adds=20, activation_memory=6)"
    )
