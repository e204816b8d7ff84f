"""Networks with a user's own layers are ordinary modules to PyTorch's tools."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from torch import nn
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx
from torch.ao.quantization.quantize_fx import prepare_fx
from torch.fx.experimental.optimization import fuse

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_

KIND = "test-with-pytorch"
ACTIVATION = nn.ReLU()
HAS_DYNAMO = "dynamo" in inspect.signature(torch.onnx.export).parameters
EXPORTERS = [{"dynamo": True}, {"dynamo": False}] if HAS_DYNAMO else [{}]


def separable(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_in, 3, stride, padding=1, groups=channels_in),
        nn.BatchNorm2d(channels_in),
        nn.Conv2d(channels_in, channels_out, 1),
        nn.ReLU(),
    )


def activation(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    return ACTIVATION


class Squeeze(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.scale = nn.Conv2d(channels_in, channels_in, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image * torch.sigmoid(self.scale(image.mean((2, 3), keepdim=True)))


@pytest.fixture(autouse=True)
def deprecated_tools() -> Iterator[None]:
    """Users go on with what PyTorch calls deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(4, 3, 16, 16)


@pytest.fixture
def module(images: torch.Tensor) -> torch.fx.GraphModule:
    operations: list[Operation | str] = [
        Operation("separable", "conv", strides=(1, 2), module=separable),
        Operation("squeeze", has_units=False, mass=1.0, module=Squeeze),
        Operation("activation", has_units=False, mass=1.0, module=activation),
        "conv3",
        "fc",
    ]
    GraphSpace(kind=KIND, operations=operations, image_size=16)
    layers = (
        Layer("ip"),
        Layer("separable", 6, 2),
        Layer("activation"),
        Layer("squeeze"),
        Layer("conv3", 5, 1),
        Layer("activation"),
        Layer("fc", 4),
        Layer("linear"),
        Layer("op"),
    )
    edges = ((0, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 6), (6, 7), (7, 8))
    built = build_module(Architecture(layers, edges, KIND), in_channels=3, out_features=2)
    built(images)  # running statistics
    return built.eval()


def exported(module: torch.fx.GraphModule, images: torch.Tensor) -> nn.Module:
    return torch.export.export(module, (images,)).module()


def loaded(module: torch.fx.GraphModule, images: torch.Tensor) -> nn.Module:
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def scripted_and_saved(module: torch.fx.GraphModule, images: torch.Tensor) -> nn.Module:
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(module), file)
    file.seek(0)
    return torch.jit.load(file)


TOOLS: dict[str, Callable[[torch.fx.GraphModule, torch.Tensor], nn.Module]] = {
    "script": lambda module, images: torch.jit.script(module),
    "script, saved": scripted_and_saved,
    "trace": lambda module, images: torch.jit.trace(module, images),
    "fx": lambda module, images: torch.fx.symbolic_trace(module),
    "fuse": lambda module, images: fuse(module),
    "deepcopy": lambda module, images: copy.deepcopy(module),
    "pickle": lambda module, images: pickle.loads(pickle.dumps(module)),
    "save": loaded,
    "export": exported,
}


@pytest.mark.parametrize("tool", TOOLS)
def test_outputs_are_the_same(
    tool: str, module: torch.fx.GraphModule, images: torch.Tensor
) -> None:
    made = TOOLS[tool](module, images)
    assert made is not module
    torch.testing.assert_close(made(images), module(images), rtol=1e-4, atol=1e-5)


def test_fx_quantisation(module: torch.fx.GraphModule, images: torch.Tensor) -> None:
    mapping = get_default_qconfig_mapping()
    prepared = prepare_fx(copy.deepcopy(module), mapping, example_inputs=(images,))
    prepared(images)
    converted = convert_fx(prepared)
    assert "quantize_per_tensor" in converted.code
    torch.testing.assert_close(converted(images), module(images), rtol=0.1, atol=0.1)


def test_initial_weights(module: torch.fx.GraphModule, images: torch.Tensor) -> None:
    for network in (module.train(), torch.fx.symbolic_trace(module)):
        lsuv_init_(network, images)
        assert network(images).std().item() == pytest.approx(0.3, rel=1e-3)


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_onnx(
    exporter: dict[str, Any], module: torch.fx.GraphModule, images: torch.Tensor, tmp_path: Path
) -> None:
    path = str(tmp_path / "network.onnx")
    torch.onnx.export(module, (images,), path, input_names=["images"], **exporter)
    onnx.checker.check_model(path)
    (outputs,) = ReferenceEvaluator(path).run(None, {"images": images.numpy()})
    torch.testing.assert_close(torch.from_numpy(outputs), module(images), rtol=1e-3, atol=1e-4)
