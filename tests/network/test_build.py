from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.network import build_module
from optuna_nasbot.network.build import layer_name

Golden = Callable[[str], dict[str, Architecture]]
Network = Callable[..., Architecture]
Narrowed = Callable[[Architecture, int, int], Architecture]

STANDARD_MODULES = {"Linear", "Conv2d", "BatchNorm2d"}


def check_training_step(name: str, module: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """Forward and backward; every parameter gets a finite gradient."""
    outputs = module(inputs)
    outputs.square().mean().backward()
    for parameter_name, parameter in module.named_parameters():
        where = f"{name}: {parameter_name}"
        assert parameter.grad is not None, where
        assert parameter.grad.isfinite().all(), where
    return outputs.detach()


def check_is_standard(module: torch.fx.GraphModule) -> None:
    module.graph.lint()
    for child in module.children():
        assert type(child).__name__ in STANDARD_MODULES
        assert type(child).__module__.startswith("torch.nn.modules.")
    assert "optuna" not in module.code


@pytest.mark.parametrize(("kind", "outputs"), [("mlp-reg", 2), ("mlp-class", 3)])
def test_golden_mlp(architectures: Golden, kind: str, outputs: int) -> None:
    for name, architecture in architectures(kind).items():
        module = build_module(architecture, in_features=5, out_features=outputs)
        check_is_standard(module)
        predictions = check_training_step(name, module, torch.randn(4, 5))
        assert predictions.shape == (4, outputs), name
        if kind == "mlp-class":
            torch.testing.assert_close(predictions.exp().sum(1), torch.ones(4), msg=name)


@pytest.mark.parametrize(("channels", "size"), [(3, 32), (1, 27)])
def test_golden_cnn_narrower(
    architectures: Golden, narrowed: Narrowed, channels: int, size: int
) -> None:
    for name, architecture in architectures("cnn").items():
        narrow = narrowed(architecture, 16, 4)
        module = build_module(narrow, in_channels=channels, out_features=10)
        check_is_standard(module)
        images = torch.randn(2, channels, size, size)
        predictions = check_training_step(name, module, images)
        assert predictions.shape == (2, 10), name
        torch.testing.assert_close(predictions.exp().sum(1), torch.ones(2), msg=name)


def test_golden_cnn_at_full_width(architectures: Golden) -> None:
    names = ["cnn-init-00", "cnn-init-04", "cnn-init-10"]
    for name, architecture in architectures("cnn").items():
        if name in names:
            module = build_module(architecture, in_channels=3, out_features=10)
            check_training_step(name, module, torch.randn(2, 3, 32, 32))
            names.remove(name)
    assert names == []


def test_every_activation(network: Network) -> None:
    x = torch.randn(6, 3)
    labels = {
        "relu": lambda z: z.clamp(min=0),
        "crelu": lambda z: torch.cat([z.clamp(min=0), (-z).clamp(min=0)], dim=1),
        "leaky-relu": lambda z: torch.where(z > 0, z, 0.1 * z),
        "softplus": lambda z: torch.log(1 + torch.exp(z)),
        "elu": lambda z: torch.where(z > 0, z, torch.exp(z) - 1),
        "logistic": lambda z: 1 / (1 + torch.exp(-z)),
        "tanh": lambda z: (torch.exp(2 * z) - 1) / (torch.exp(2 * z) + 1),
    }
    for label, activation in labels.items():
        architecture = network("mlp-reg", f"ip {label}-4 linear op")
        module = build_module(architecture, in_features=3, out_features=2)
        hidden = module.get_submodule(layer_name(1, architecture.layers[1]))
        head = module.get_submodule("layer_02_linear")
        assert head.in_features == (8 if label == "crelu" else 4)
        torch.testing.assert_close(module(x), head(activation(hidden(x))), msg=label)


def test_parents_are_concatenated_and_outputs_averaged(network: Network) -> None:
    edges = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 5), (4, 5)]
    architecture = network("mlp-reg", "ip tanh-4 tanh-5 linear linear op", edges)
    module = build_module(architecture, in_features=3, out_features=2)
    x = torch.randn(6, 3)
    first = module.layer_01_tanh(x).tanh()
    second = module.layer_02_tanh(torch.cat([x, first], 1)).tanh()
    heads = module.layer_03_linear(torch.cat([first, second], 1)), module.layer_04_linear(second)
    torch.testing.assert_close(module(x), (heads[0] + heads[1]) / 2)


def test_classifier_returns_log_of_mean_probability(network: Network) -> None:
    edges = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)]
    architecture = network("mlp-class", "ip tanh-4 softmax softmax op", edges)
    module = build_module(architecture, in_features=3, out_features=5)
    x = 3 * torch.randn(6, 3)
    hidden = module.layer_01_tanh(x).tanh()
    probabilities = [
        head(hidden).softmax(1) for head in (module.layer_02_softmax, module.layer_03_softmax)
    ]
    torch.testing.assert_close(module(x).exp(), sum(probabilities) / 2)
    targets = torch.arange(6) % 5
    torch.testing.assert_close(
        nn.CrossEntropyLoss()(module(x), targets), nn.NLLLoss()(module(x), targets)
    )


def test_log_probabilities_of_certain_heads_are_finite(network: Network) -> None:
    edges = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)]
    architecture = network("mlp-class", "ip tanh-4 softmax softmax op", edges)
    module = build_module(architecture, in_features=3, out_features=2)
    with torch.no_grad():
        for head in (module.layer_02_softmax, module.layer_03_softmax):
            head.bias.copy_(torch.tensor([500.0, -500.0]))
    assert module(torch.zeros(1, 3)).isfinite().all()


def test_input_straight_to_decision(network: Network) -> None:
    module = build_module(network("mlp-reg", "ip linear op"), in_features=3, out_features=2)
    x = torch.randn(6, 3)
    torch.testing.assert_close(module(x), module.layer_01_linear(x))


def test_convolution_and_fc(network: Network) -> None:
    architecture = network("cnn", "ip conv5-8/2 fc-6 softmax op")
    module = build_module(architecture, in_channels=2, out_features=3).eval()
    x = torch.randn(4, 2, 7, 9)
    weight = module.layer_01_conv5.weight
    image = nn.functional.conv2d(x, weight, stride=2, padding=2)
    assert image.shape[-2:] == (4, 5)
    features = module.layer_01_conv5_norm(image).relu().mean((2, 3))
    logits = module.layer_03_softmax(module.layer_02_fc(features).relu())
    torch.testing.assert_close(module(x), logits.log_softmax(1))


def test_decision_averages_an_image(network: Network) -> None:
    architecture = network("cnn", "ip conv3-8 max-pool softmax op")
    module = build_module(architecture, in_channels=2, out_features=3).eval()
    x = torch.randn(4, 2, 5, 5)
    image = module.layer_01_conv3_norm(module.layer_01_conv3(x)).relu()
    pooled = nn.MaxPool2d(2, ceil_mode=True)(image)
    assert pooled.shape[-2:] == (3, 3)
    torch.testing.assert_close(
        module(x), module.layer_03_softmax(pooled.mean((2, 3))).log_softmax(1)
    )


@pytest.mark.parametrize(
    ("text", "projects"),
    [("conv3-8 res5-8", False), ("conv3-8 res5-12", True), ("conv3-8 res5-8/2", True)],
)
def test_residual_layer(network: Network, text: str, projects: bool) -> None:
    architecture = network("cnn", f"ip {text} fc-4 softmax op")
    stride = architecture.layers[2].stride
    module = build_module(architecture, in_channels=2, out_features=3)
    assert hasattr(module, "layer_02_res5_shortcut") == projects
    x = torch.randn(4, 2, 7, 7)
    image = module.layer_01_conv3_norm(module.layer_01_conv3(x)).relu()
    value = nn.functional.conv2d(
        image, module.layer_02_res5_conv1.weight, stride=stride, padding=2
    )
    value = module.layer_02_res5_conv1_norm(value).relu()
    value = module.layer_02_res5_conv2_norm(module.layer_02_res5_conv2(value))
    if projects:
        # The textbook form: a 1x1 convolution with the stride.
        weight = module.layer_02_res5_shortcut.weight
        strided = nn.functional.conv2d(image, weight, stride=stride)
        image = module.layer_02_res5_shortcut_norm(strided)
    features = (value + image).relu().mean((2, 3))
    logits = module.layer_04_softmax(module.layer_03_fc(features).relu())
    torch.testing.assert_close(module(x), logits.log_softmax(1))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 17])
def test_sizes_agree_for_every_image(network: Network, size: int) -> None:
    # Four ways to halve an image meet, twice, and go on when it is a single pixel.
    text = "ip conv3-8 conv7-8/2 res5-8/2 max-pool avg-pool"
    text += " conv3-8/2 res3-8/2 max-pool avg-pool fc-6 softmax op"
    edges = [(0, 1), *((1, i) for i in range(2, 6))]
    edges += [(i, j) for i in range(2, 6) for j in range(6, 10)]
    edges += [*((j, 10) for j in range(6, 10)), (10, 11), (11, 12)]
    module = build_module(network("cnn", text, edges), in_channels=1, out_features=2)
    predictions = check_training_step(str(size), module, torch.randn(3, 1, size, size + 2))
    assert predictions.shape == (3, 2)
    module.eval()
    assert module(torch.randn(1, 1, size, size)).isfinite().all()


@pytest.mark.parametrize("channels", [1, 3])
def test_narrow_residual_layers_in_channels_last(network: Network, channels: int) -> None:
    # A strided 1x1 convolution would overwrite memory here (oneDNN issue 6035), so there is none.
    architecture = network("cnn", "ip res3-4/2 res5-2/2 res7-5/2 fc-4 softmax op")
    module = build_module(architecture, in_channels=channels, out_features=3)
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            assert child.kernel_size != (1, 1) or child.stride == (1, 1), name
    images = torch.randn(8, channels, 16, 16)
    images_last = images.to(memory_format=torch.channels_last)
    torch.testing.assert_close(module(images_last), module(images), rtol=1e-4, atol=1e-4)
    check_training_step("channels_last", module, images_last)


def test_batch_of_one_with_single_pixels_is_refused_in_training_only(network: Network) -> None:
    architecture = network("cnn", "ip conv3-4/2 fc-4 softmax op")
    module = build_module(architecture, in_channels=1, out_features=2)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        module(torch.randn(1, 1, 2, 2))
    assert module.eval()(torch.randn(1, 1, 2, 2)).shape == (1, 2)


def test_copies_and_pickles(network: Network) -> None:
    architecture = network("cnn", "ip res3-4/2 avg-pool fc-4 softmax op")
    module = build_module(architecture, in_channels=2, out_features=3)
    module(torch.randn(4, 2, 8, 8))  # running statistics
    module.eval()
    x = torch.randn(4, 2, 8, 8)
    stream = io.BytesIO()
    torch.save(module, stream)
    stream.seek(0)
    copies = [
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(stream, weights_only=False),
    ]
    for other in copies:
        torch.testing.assert_close(other(x), module(x))
        assert next(other.parameters()) is not next(module.parameters())
    stream = io.BytesIO()
    torch.save(module.state_dict(), stream)
    stream.seek(0)
    fresh = build_module(architecture, in_channels=2, out_features=3).eval()
    fresh.load_state_dict(torch.load(stream))
    torch.testing.assert_close(fresh(x), module(x))


def test_moves_to_another_type(network: Network) -> None:
    module = build_module(network("mlp-reg", "ip elu-4 linear op"), in_features=3, out_features=1)
    assert module.to(torch.float64)(torch.randn(2, 3).double()).dtype == torch.float64


def test_numbers_may_be_numpy(network: Network) -> None:
    architecture = network("mlp-reg", "ip elu-4 linear op")
    module = build_module(architecture, in_features=np.int64(3), out_features=np.int32(2))
    assert type(module.layer_02_linear.out_features) is int
