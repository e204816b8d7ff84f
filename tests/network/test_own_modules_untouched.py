"""Building a network looks at a user's module, and leaves nothing on it."""

from __future__ import annotations

import copy
import random
import threading
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils import prune

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot import build_module

KIND = "test-untouched"


def network_of(module: nn.Module, copies: int = 1) -> torch.fx.GraphModule:
    """A network in which layers of 4 channels that keep the image use one and the same module."""
    own = Operation("own", has_units=False, module=lambda *given: module)
    GraphSpace(kind=KIND, operations=["conv3", own], image_size=8)
    layers = [Layer("ip"), Layer("conv3", 4, 1), *[Layer("own")] * copies]
    layers += [Layer("linear"), Layer("op")]
    edges = tuple((index, index + 1) for index in range(len(layers) - 1))
    return build_module(Architecture(tuple(layers), edges, KIND), in_channels=3, out_features=2)


class Counting(nn.Module):
    """Remembers its calls in many ways."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.seen: list[torch.Tensor] = []
        self.hidden = [torch.ones(4, 1, 1)]
        self.register_buffer("total", torch.zeros(()))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.seen.append(image)
        self.total += 1
        self.last = image * self.hidden[0]
        return self.last


class Itself(nn.Conv2d):
    """Is not copied, but handed on."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Itself:
        return self

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self.calls = getattr(self, "calls", 0) + 1
        return super().forward(image)


def pruned() -> nn.Module:
    module = nn.Conv2d(4, 4, 3, padding=1)
    prune.l1_unstructured(module, "weight", 0.5)
    return module


def hooked() -> nn.Module:
    module = nn.Conv2d(4, 4, 3, padding=1)
    module.calls = []
    module.register_forward_hook(lambda self, given, got: self.calls.append(got))
    module.register_forward_pre_hook(lambda self, given: self.calls.append(given))
    return module


def old_weight_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.utils.weight_norm(nn.Conv2d(4, 4, 3, padding=1))


MODULES = {
    "conv": lambda: nn.Conv2d(4, 4, 3, padding=1),
    "frozen": lambda: nn.Conv2d(4, 4, 1).requires_grad_(False),
    "batch norm": lambda: nn.Sequential(nn.BatchNorm2d(4), nn.Dropout(0.5)),
    "evaluating": lambda: nn.Sequential(nn.BatchNorm2d(4)).eval(),
    "double": lambda: nn.Conv2d(4, 4, 1).double(),
    "counting": Counting,
    "itself": lambda: Itself(4, 4, 1),
    "pruned": pruned,
    "hooked": hooked,
    "weight norm": old_weight_norm,
    "spectral norm": lambda: nn.utils.spectral_norm(nn.Conv2d(4, 4, 1)),
    "parametrised": lambda: parametrizations.spectral_norm(nn.Conv2d(4, 4, 1)),
    "scripted": lambda: torch.jit.script(nn.Conv2d(4, 4, 1)),
    "no copy": lambda: with_lock(nn.Conv2d(4, 4, 1)),
}


def with_lock(module: nn.Module) -> nn.Module:
    module.lock = threading.Lock()
    return module


def state_of(module: nn.Module) -> dict[str, Any]:
    """All that hangs on a module and its parts, as texts and tensors."""
    found: dict[str, Any] = {}
    for name, part in module.named_modules():
        found[f"{name} training"] = part.training
        for key, value in vars(part).items():
            is_plain = isinstance(value, bool | int | float | str | list | dict | set | tuple)
            found[f"{name} {key}"] = str(value) if is_plain else id(value)
    for key, tensor in [*module.named_parameters(), *module.named_buffers()]:
        found[key] = (
            tensor.detach().clone(),
            tensor.device,
            tensor.dtype,
            tensor.requires_grad,
            tensor.grad,
            tensor._version,
        )
    return found


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_left_on_a_module(name: str) -> None:
    module = MODULES[name]()
    before, is_training = state_of(module), module.training
    built = network_of(module)
    assert built.layer_02_own is module
    after = state_of(module)
    assert before.keys() == after.keys()
    for key, value in before.items():
        if isinstance(value, tuple):
            torch.testing.assert_close(after[key][0], value[0], rtol=0, atol=0)
            assert after[key][1:] == value[1:], key
        else:
            assert after[key] == value, key
    assert module.training == is_training
    assert built.to(torch.float64)(torch.randn(2, 3, 8, 8).double()).shape == (2, 2)


class Random(nn.Module):
    """Draws from all generators, also in evaluation mode."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        noise = torch.randn(image.shape, device="cpu") + torch.rand(image.shape)
        image = image + noise + torch.randn_like(image) + random.random()
        return nn.functional.dropout(image, 0.5) * float(np.random.rand())  # noqa: NPY002


def test_no_random_numbers_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # others' may be left of a test
    module = Random()
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    network_of(nn.Identity())
    drawn = torch.rand(3), random.random(), np.random.rand()  # noqa: NPY002
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    network_of(module)
    assert torch.equal(torch.rand(3), drawn[0])
    assert (random.random(), np.random.rand()) == drawn[1:]  # noqa: NPY002


def test_weights_take_no_memory_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = []
    made = torch.empty_like

    def recorded(*given: Any, **options: Any) -> torch.Tensor:
        tensor = made(*given, **options)
        devices.append(tensor.device.type)
        return tensor

    module = nn.Sequential(nn.Conv2d(4, 64, 1), nn.Conv2d(64, 4, 1))
    module.table = torch.zeros(10)
    monkeypatch.setattr(torch, "empty_like", recorded)
    network_of(module)
    assert devices == ["meta"] * 5


@pytest.mark.parametrize(
    "module", [nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), Counting()]
)
def test_a_module_may_be_used_twice(module: nn.Module) -> None:
    first, second = network_of(module, copies=3), network_of(module)
    assert first.layer_02_own is first.layer_04_own is second.layer_02_own
    images = torch.randn(2, 3, 8, 8)
    for network in (first, second, copy.deepcopy(first)):
        assert network(images).shape == (2, 2)
        assert network.load_state_dict(network.state_dict()).missing_keys == []


def test_a_module_may_be_in_use_in_other_threads() -> None:
    module = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
    network = network_of(module)
    errors = []

    def train() -> None:
        try:
            optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
            for _ in range(50):
                optimizer.zero_grad()
                network(torch.randn(4, 3, 8, 8)).square().sum().backward()
                assert all(part.training for part in module.modules())
                assert all(value.grad.isfinite().all() for value in module.parameters())
                optimizer.step()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    while thread.is_alive():
        assert network_of(module).layer_02_own is module
    assert errors == []


def test_a_function_that_keeps_modules_of_the_meta_device_is_told() -> None:
    kept = nn.Conv2d(4, 4, 1, device="meta")
    with pytest.raises(ValueError, match=r"^layer_02_own: expected .* to have memory, got one on"):
        network_of(kept)
    with torch.device("meta"):
        assert network_of(kept).layer_02_own is kept
