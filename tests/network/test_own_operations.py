"""Networks with a user's own operations."""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_
from optuna_nasbot import module_source
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import one_edit_neighbours

KIND = "test-own-operations"


class Separable(nn.Sequential):
    """A depthwise convolution, so that its first weights do not tell the channels in."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_in, 3, stride, 1, groups=channels_in),
            nn.Conv2d(channels_in, channels_out, 1),
        )


class Attention(nn.MultiheadAttention):
    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(channels_in, 1, batch_first=True)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pixels = image.flatten(2).transpose(1, 2)
        attended, _ = super().forward(pixels, pixels, pixels)
        return image + attended.transpose(1, 2).reshape(image.shape)


class Pool(nn.MaxPool2d):
    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(2, ceil_mode=True)


class Gelu(nn.Sequential):
    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(nn.Linear(channels_in, channels_out), nn.GELU())


class Norm(nn.LayerNorm):
    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__(channels_in)


SEPARABLE = Operation("separable", "conv", strides=(1, 2), module=Separable)
ATTENTION = Operation("attention", mass=9.0, has_units=False, module=Attention)
POOL = Operation("pool", "pool", mass=1.0, has_units=False, image="halve", module=Pool)
DENSE = Operation("gelu", "fc", image="flatten", module=Gelu)
IMAGES = [SEPARABLE, "conv3", ATTENTION, POOL, DENSE]
FEATURES = [DENSE, Operation("norm", has_units=False, module=Norm), "crelu"]


def own(module: Any, **arguments: Any) -> Operation:
    return Operation("own", module=module, **arguments)


def chain(*layers: Layer) -> Architecture:
    whole = (Layer("ip"), *layers, Layer("linear"), Layer("op"))
    edges = tuple((index, index + 1) for index in range(len(whole) - 1))
    return Architecture(whole, edges, KIND)


def image_module(operations: list[Operation | str], *layers: Layer) -> torch.fx.GraphModule:
    GraphSpace(kind=KIND, operations=operations, image_size=8)
    return build_module(chain(*layers), in_channels=3, out_features=2)


def every_layer() -> torch.fx.GraphModule:
    layers = (Layer("attention"), Layer("pool"), Layer("conv3", 4, 1), Layer("gelu", 5))
    return image_module(IMAGES, Layer("separable", 6, 2), *layers)


# --- What is built


def test_modules_get_channels_and_strides() -> None:
    module = every_layer()
    assert [node.name for node in module.graph.nodes if node.op == "call_module"] == [
        "layer_01_separable",
        "layer_02_attention",
        "layer_03_pool",
        "layer_04_conv3",
        "layer_04_conv3_norm",
        "layer_05_gelu",
        "layer_06_linear",
    ]
    assert module.layer_01_separable[0].stride == (2, 2)
    assert module.layer_01_separable[1].weight.shape == (6, 3, 1, 1)
    assert module.layer_02_attention.embed_dim == 6
    assert module.layer_05_gelu[0].weight.shape == (5, 4)
    assert module(torch.randn(4, 3, 7, 7)).shape == (4, 2)


@pytest.mark.parametrize("image_size", [8, 7])
def test_every_network_around_the_pool_runs(image_size: int) -> None:
    space = GraphSpace(
        kind=KIND, operations=IMAGES, image_size=image_size, max_layers=10, max_units=16
    )
    rng = np.random.default_rng(0)
    for network in space.initial_pool:
        for neighbour in one_edit_neighbours(Candidate(network), space, rng, at_most=10):
            module = build_module(neighbour.network, in_channels=3, out_features=2)
            inputs = torch.randn(2, 3, image_size, image_size)
            assert lsuv_init_(module, inputs).eval()(inputs).shape == (2, 2)


def test_features() -> None:
    space = GraphSpace(kind=KIND, operations=FEATURES, max_layers=10, max_units=16)
    rng = np.random.default_rng(0)
    for network in space.initial_pool:
        for neighbour in one_edit_neighbours(Candidate(network), space, rng, at_most=10):
            module = build_module(neighbour.network, in_features=3, out_features=2)
            inputs = torch.randn(5, 3)
            assert lsuv_init_(module, inputs)(inputs).shape == (5, 2)


def test_an_own_module_takes_the_place_of_a_built_in_one() -> None:
    convolution = Operation("conv3", strides=(1, 2), module=Separable)
    module = image_module([convolution], Layer("conv3", 8, 1))
    assert isinstance(module.layer_01_conv3, Separable)


@pytest.mark.parametrize("label", ["3×3 \"'\\{}", "a-1/2", "class", "²", "a\nb", "_", "None"])
def test_any_label_makes_a_name(label: str) -> None:
    operation = Operation(label, module=Separable)
    module = image_module([operation], Layer(label, 8), Layer(label, 8))
    assert module(torch.randn(2, 3, 8, 8)).shape == (2, 2)


def test_copies_of_a_network() -> None:
    module = every_layer().eval()
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    inputs = torch.randn(2, 3, 8, 8)
    for other in (copy.deepcopy(module), torch.load(file, weights_only=False)):
        torch.testing.assert_close(other(inputs), module(inputs))


def test_source_is_for_built_in_layers() -> None:
    with pytest.raises(TypeError, match=r"^module.layer_01_separable: expected one of .* Separab"):
        module_source(every_layer())


# --- What is refused


@pytest.mark.parametrize(
    ("operation", "layer"),
    [
        (Operation("swish"), Layer("swish", 8)),
        (Operation("conv4"), Layer("conv4", 8)),
        (Operation("relu"), Layer("relu", 8)),
        (Operation("fc"), Layer("fc", 8)),
        (Operation("avg-pool", image="halve"), Layer("avg-pool", 8)),
    ],
)
def test_no_module(operation: Operation, layer: Layer) -> None:
    message = f"^operation '{operation.label}', module: expected a function .*, got None"
    with pytest.raises(TypeError, match=message):
        image_module([operation, "conv3"], Layer("conv3", 8, 1), layer)


@pytest.mark.parametrize("label", ["conv3", "max-pool", "fc", "softmax"])
def test_image_layers_are_no_built_in_layers_of_features(label: str) -> None:
    GraphSpace(kind=KIND, operations=[Operation(label)])
    with pytest.raises(TypeError, match=f"^operation '{label}', module: expected a function"):
        build_module(chain(Layer(label, 8)), in_features=3, out_features=2)


@pytest.mark.parametrize("made", [None, 3, nn.ReLU])
def test_something_else_than_a_module(made: Any) -> None:
    with pytest.raises(TypeError, match=r"^operation 'own', module: expected .* but it made "):
        image_module([own(lambda *given: made)], Layer("own", 8))


@pytest.mark.parametrize(
    ("operation", "layer", "expected", "found"),
    [
        (own(lambda i, o, s: nn.Conv2d(i, o + 1, 1)), Layer("own", 4), (4, 8, 8), (5, 8, 8)),
        (own(lambda i, o, s: nn.Conv2d(i, o, 3)), Layer("own", 4), (4, 8, 8), (4, 6, 6)),
        (
            own(lambda i, o, s: nn.Conv2d(i, o, 1), strides=(1, 2)),
            Layer("own", 4, 2),
            (4, 4, 4),
            (4, 8, 8),
        ),
        (
            own(lambda i, o, s: nn.Conv2d(i, o, 1), image="halve"),
            Layer("own", 4),
            (4, 4, 4),
            (4, 8, 8),
        ),
        (own(lambda i, o, s: nn.Conv2d(i, o, 2, 2)), Layer("own", 4), (4, 8, 8), (4, 4, 4)),
        (own(lambda i, o, s: nn.AdaptiveAvgPool2d(1)), Layer("own", 3), (3, 8, 8), (3, 1, 1)),
        (own(lambda i, o, s: nn.Flatten()), Layer("own", 4), (4, 8, 8), (192,)),
        (own(lambda i, o, s: nn.Flatten(2)), Layer("own", 3), (3, 8, 8), (3, 64)),
    ],
)
def test_wrong_shape(
    operation: Operation, layer: Layer, expected: tuple[int, ...], found: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=r"^layer_01_own: expected the module of ") as raised:
        image_module([operation, SEPARABLE, "fc"], layer, Layer("fc", 8))
    shapes = f"operation 'own' to give shape {(2, *expected)} for (2, 3, 8, 8), got {(2, *found)}"
    assert shapes in str(raised.value)


def test_wrong_number_of_features() -> None:
    gelu = Operation("own", image="flatten", module=lambda i, o, s: nn.Linear(i, o + 1))
    with pytest.raises(ValueError, match=r"give shape \(2, 6\) for \(2, 4\), got \(2, 7\)"):
        image_module([gelu, "conv3"], Layer("conv3", 4, 1), Layer("own", 6))


def test_features_of_other_rows() -> None:
    GraphSpace(kind=KIND, operations=[own(lambda i, o, s: nn.Unflatten(1, (i, 1))), "relu"])
    with pytest.raises(ValueError, match=r"give shape \(2, 4\) for \(2, 3\), got \(2, 3, 1\)"):
        build_module(chain(Layer("own", 4)), in_features=3, out_features=2)

    class Rows(nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return rows.reshape(-1, 1)

    GraphSpace(kind=KIND, operations=[own(lambda i, o, s: Rows()), "relu"])
    with pytest.raises(ValueError, match=r"give shape \(2, 1\) for \(2, 3\), got \(6, 1\)"):
        build_module(chain(Layer("own", 1)), in_features=3, out_features=2)


def test_no_tensor() -> None:
    pooling = Operation("own", module=lambda i, o, s: nn.MaxPool2d(1, return_indices=True))
    with pytest.raises(ValueError, match=r"to give shape .*, got tuple"):
        image_module([pooling], Layer("own", 3))


# --- Initial weights


def test_own_modules_keep_their_weights() -> None:
    module = every_layer()
    before = copy.deepcopy(module.state_dict())
    lsuv_init_(module, torch.randn(8, 3, 8, 8))
    changed = {
        name for name, value in module.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {
        "layer_04_conv3.weight",
        "layer_06_linear.weight",
        "layer_06_linear.bias",
    }


def test_wrong_inputs_where_the_first_layer_is_the_user_s() -> None:
    module = image_module([SEPARABLE], Layer("separable", 8, 1))
    with pytest.raises(ValueError, match=r"^inputs: expected shape \(batch, ...\) with a batch"):
        lsuv_init_(module, torch.randn(1, 3, 8, 8))
    with pytest.raises(RuntimeError, match="expected input"):
        lsuv_init_(module, torch.randn(2, 4, 8, 8))


def test_bias_of_an_own_convolution_centres_its_channels() -> None:
    convolution = Operation("own", module=lambda i, o, s: nn.Conv2d(i, o, 3, padding=1))
    module = image_module([convolution], Layer("own", 5))
    images = 2 * torch.randn(16, 3, 8, 6) + 1
    lsuv_init_(module, images)
    outputs = module.layer_01_own(images)
    torch.testing.assert_close(outputs.mean((0, 2, 3)), torch.zeros(5), atol=1e-5, rtol=0)
    assert outputs.std().item() == pytest.approx(1.0, rel=1e-3)


def test_a_layer_that_is_used_twice_is_initialised_once() -> None:
    shared = nn.Conv2d(3, 3, 3, padding=1)
    operation = Operation("own", has_units=False, module=lambda *given: shared)
    layers = Layer("conv3", 3, 1), Layer("own"), Layer("own")
    module = image_module([operation, "conv3"], *layers)
    images = torch.randn(16, 3, 8, 8)
    lsuv_init_(module, images)
    first = module.layer_01_conv3_norm(module.layer_01_conv3(images)).relu()
    assert shared(first).std().item() == pytest.approx(1.0, rel=1e-3)
    assert module(images).std().item() == pytest.approx(0.3, rel=1e-3)


def test_layers_that_compute_their_weights_or_more_keep_them() -> None:
    class Pixels(nn.Linear):
        """A Linear on the channels of images."""

        def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
            super().__init__(channels_in, channels_out)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return super().forward(image.movedim(1, -1)).movedim(-1, 1)

    pruned = nn.Conv2d(4, 4, 1)
    prune.l1_unstructured(pruned, "weight", 0.5)
    module = image_module(
        [Operation("pixels", module=Pixels), own(lambda *given: pruned)],
        Layer("pixels", 4),
        Layer("own", 4),
    )
    before = copy.deepcopy(module.state_dict())
    images = torch.randn(16, 3, 8, 8)
    lsuv_init_(module, images)
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name]) == (not name.startswith("layer_03")), name
    assert module(images).std().item() == pytest.approx(0.3, rel=1e-3)


def test_lazy_layers_get_their_weights_from_the_inputs() -> None:
    lazy = Operation("own", module=lambda i, o, s: nn.LazyConv2d(o, 3, padding=1))
    module = image_module([lazy], Layer("own", 5))
    images = torch.randn(16, 3, 8, 8)
    lsuv_init_(module, images)
    assert module.layer_01_own.weight.shape == (5, 3, 3, 3)
    assert module.layer_01_own(images).std().item() == pytest.approx(1.0, rel=1e-3)
