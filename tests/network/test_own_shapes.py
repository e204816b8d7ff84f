"""What can't be told before the forward pass is built: an image may have any size."""

from __future__ import annotations

import functools
import random
import threading
from typing import ClassVar

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot import build_module

KIND = "test-own-shapes"


def network_of(module: nn.Module, image: str = "keep") -> torch.fx.GraphModule:
    """A network with a layer that makes 5 channels of 3."""
    own = Operation("own", image=image, module=lambda *given: module)  # type: ignore[arg-type]
    GraphSpace(kind=KIND, operations=["conv3", own], image_size=8)
    layers = (Layer("ip"), Layer("own", 5), Layer("linear"), Layer("op"))
    return build_module(
        Architecture(layers, ((0, 1), (1, 2), (2, 3)), KIND), in_channels=3, out_features=2
    )


class Embedding(nn.Conv2d):
    """A learned positional embedding, which suits images of one size."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__(3, 5, 1)
        self.place = nn.Parameter(torch.randn(5, height, width))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(image) + self.place


class Dense(nn.Linear):
    """Views pixels as features; rows of another batch come out of images of another size."""

    def __init__(self, side: int) -> None:
        super().__init__(3 * side**2, 5 * side**2)
        self.side = side

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pixels = image.reshape(-1, self.in_features)
        return super().forward(pixels).view(-1, 5, self.side, self.side)


def adaptive(*size: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 5, 1), nn.AdaptiveAvgPool2d(size))


@pytest.mark.parametrize(
    ("module", "image", "size"),
    [
        (Embedding(8, 8), "keep", (8, 8)),
        (Embedding(11, 11), "keep", (11, 11)),
        (Embedding(7, 9), "keep", (7, 9)),
        (adaptive(4, 4), "halve", (8, 8)),
        (adaptive(5, 5), "halve", (9, 10)),
        (adaptive(3, 2), "halve", (5, 4)),
        (adaptive(1, 1), "halve", (2, 2)),
        (adaptive(9, 9), "keep", (9, 9)),
        (Dense(8), "keep", (8, 8)),
        (Dense(4), "keep", (4, 4)),
        (Dense(6), "keep", (6, 6)),
        (nn.Sequential(nn.Conv2d(3, 5, 1), nn.MaxPool2d(2)), "halve", (6, 6)),
        (nn.Sequential(nn.Conv2d(3, 5, 1), nn.MaxPool2d(2, padding=1)), "halve", (9, 9)),
        (
            nn.Sequential(nn.Conv2d(3, 5, 1), nn.AvgPool2d(7), nn.Upsample(scale_factor=7)),
            "keep",
            (28, 28),
        ),
        (nn.Conv2d(3, 5, 31, padding=15, padding_mode="reflect"), "keep", (20, 20)),
    ],
)
def test_a_layer_for_one_size_of_images(
    module: nn.Module, image: str, size: tuple[int, int]
) -> None:
    assert network_of(module, image)(torch.randn(4, 3, *size)).shape == (4, 2)


class Deciding(nn.Conv2d):
    """Looks at its inputs."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(image if image.sum() > 0 else -image)


class Numpy(nn.Conv2d):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(torch.from_numpy(image.numpy() + 1.0))


class Constant(nn.Conv2d):
    """Uses a tensor that it does not own."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(image) + MEAN


class WithoutBase(nn.Conv2d):
    """Can't be copied."""

    def __deepcopy__(self, memo: object) -> WithoutBase:
        raise RuntimeError("no copies")


MEAN = torch.ones(5, 1, 1)


LIBRARY = torch.library.Library("optuna_nasbot_test", "DEF")
LIBRARY.define("negative(Tensor image) -> Tensor")
LIBRARY.impl("negative", torch.neg, "CPU")


class CustomOperator(nn.Conv2d):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(torch.ops.optuna_nasbot_test.negative(image))


class Exits(nn.Conv2d):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        if image.is_meta:
            raise AssertionError("not on this device")
        return super().forward(image)


def dynamically_quantised() -> nn.Module:
    class Pixels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.ao.nn.quantized.dynamic.Linear(3, 5)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.linear(image.movedim(1, -1)).movedim(-1, 1)

    return Pixels()


UNTELLABLE = {
    "deciding": lambda: Deciding(3, 5, 1),
    "numpy": lambda: Numpy(3, 5, 1),
    "constant": lambda: Constant(3, 5, 1),
    "no copy": lambda: WithoutBase(3, 5, 1),
    "custom operator": lambda: CustomOperator(3, 5, 1),
    "refusing": lambda: Exits(3, 5, 1),
    "lazy": lambda: nn.LazyConv2d(5, 1),
    "lazy parts": lambda: nn.Sequential(nn.LazyConv2d(5, 1), nn.LazyBatchNorm2d()),
    "scripted": lambda: torch.jit.script(nn.Conv2d(3, 5, 1)),
    "traced": lambda: torch.jit.trace(nn.Conv2d(3, 5, 1), torch.randn(1, 3, 8, 8)),
    "quantised": dynamically_quantised,
}


@pytest.mark.parametrize("name", UNTELLABLE)
def test_a_layer_that_does_not_run_without_data(name: str) -> None:
    module = network_of(UNTELLABLE[name]())
    with torch.no_grad():
        assert module(torch.randn(4, 3, 8, 8)).shape == (4, 2)


def test_pytorch_tells_what_could_not_be_told() -> None:
    module = network_of(Exits(4, 5, 1))
    with pytest.raises(RuntimeError, match="to have 4 channels, but got 3"):
        module(torch.randn(4, 3, 8, 8))


def test_a_hook_of_the_user_may_make_the_shape_right() -> None:
    convolution = nn.Conv2d(3, 5, 1, stride=2)
    convolution.register_forward_hook(lambda self, given, got: got.repeat(1, 1, 2, 2))
    assert network_of(convolution)(torch.randn(4, 3, 8, 8)).shape == (4, 2)


def test_batch_norm_of_single_pixels() -> None:
    squeeze = nn.Sequential(
        nn.Conv2d(3, 5, 1), nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(5), nn.Upsample(8)
    )
    assert network_of(squeeze)(torch.randn(4, 3, 8, 8)).shape == (4, 2)


def test_wrong_channels_are_told_of_pruned_and_normed_layers() -> None:
    pruned = nn.Conv2d(3, 6, 1)
    prune.l1_unstructured(pruned, "weight", 0.5)
    for module in (
        pruned,
        nn.utils.spectral_norm(nn.Conv2d(3, 6, 1)),
        nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 6, 1)),
        nn.LazyConv2d(6, 1),
    ):
        with pytest.raises(ValueError, match=r"give shape \(2, 5, 8, 8\) .*, got \(2, 6, 8, 8\)"):
            network_of(module)


def test_a_compiled_module_is_not_compiled_while_building() -> None:
    compiled = []

    def backend(graph: torch.fx.GraphModule, inputs: object) -> object:
        compiled.append(graph)
        return graph.forward

    network_of(torch.compile(nn.Conv2d(3, 5, 1), backend=backend))  # type: ignore[arg-type]
    assert compiled == []


@functools.lru_cache
def blurring(size: int) -> torch.Tensor:
    """A kernel that all modules share, made at its first use."""
    return torch.ones(1, 1, size, size) / size**2


class Blur(nn.Conv2d):
    """Uses constants that are made at their first use, one of them for each size of images."""

    places: ClassVar[dict[tuple[int, ...], torch.Tensor]] = {}

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        image = super().forward(image)
        size = tuple(image.shape[1:])
        if size not in self.places:
            self.places[size] = torch.rand(size, device=image.device)
        kernel = blurring(3).expand(len(image[0]), 1, 3, 3)
        return nn.functional.conv2d(image + self.places[size], kernel, padding=1, groups=5)


@pytest.mark.parametrize("size", [8, 16, 32])
def test_constants_that_modules_keep_have_memory(size: int) -> None:
    blurring.cache_clear()
    Blur.places.clear()
    state = torch.get_rng_state()
    network = network_of(Blur(3, 5, 1))
    drawn = network.state_dict()  # of PyTorch's generator were drawn the weights only
    torch.set_rng_state(state)
    torch.testing.assert_close(network_of(Blur(3, 5, 1)).state_dict(), drawn)
    assert network(torch.randn(4, 3, size, size)).shape == (4, 2)


def test_a_mean_over_the_batch_is_told() -> None:
    class Mean(nn.Conv2d):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return super().forward(image).mean(0, keepdim=True)

    with pytest.raises(ValueError, match=r"give shape \(2, 5, 8, 8\) .*, got \(1, 5, 8, 8\)"):
        network_of(Mean(3, 5, 1))


@pytest.mark.parametrize("n_threads", [1, 2])
def test_random_numbers_of_other_threads_are_not_drawn_again(
    n_threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dropping(nn.Conv2d):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return super().forward(image) if random.random() < 2 else image

    monkeypatch.setattr(threading, "active_count", lambda: n_threads)
    state = random.getstate()
    network_of(Dropping(3, 5, 1))
    assert (random.getstate() == state) == (n_threads == 1)
