from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import fx
from torch import nn

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.network import build_module
from optuna_nasbot.network import lsuv_init_

Golden = Callable[[str], dict[str, Architecture]]
Network = Callable[..., Architecture]
Narrowed = Callable[[Architecture, int, int], Architecture]


def outputs_of_layers(module: fx.GraphModule, inputs: torch.Tensor) -> dict[str, torch.Tensor]:
    """What the linear and convolutional layers give, by their name."""
    outputs = {}
    for name, layer in module.named_children():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            layer.register_forward_hook(
                lambda _layer, _inputs, output, name=name: outputs.update({name: output})
            )
    with torch.no_grad():
        module(inputs)
    return outputs


def expected_std(name: str) -> float:
    if name.endswith("_logistic"):
        return 2.0
    return 0.3 if name.endswith(("_linear", "_softmax")) else 1.0


def check_moments(module: fx.GraphModule, inputs: torch.Tensor) -> None:
    for name, outputs in outputs_of_layers(module, inputs).items():
        assert outputs.std().item() == pytest.approx(expected_std(name), rel=1e-3), name
        if outputs.ndim == 2:
            assert outputs.mean(0).abs().max() < 1e-3, name


@pytest.mark.parametrize("kind", ["mlp-reg", "mlp-class"])
def test_moments_of_golden_mlps(architectures: Golden, narrowed: Narrowed, kind: str) -> None:
    inputs = 3 * torch.randn(128, 8) + 1
    for architecture in architectures(kind).values():
        narrow = narrowed(architecture, 8, 8)
        module = build_module(narrow, in_features=8, out_features=3)
        check_moments(lsuv_init_(module, inputs), inputs)


def test_moments_of_a_cnn(network: Network) -> None:
    architecture = network("cnn", "ip conv3-8 res5-12/2 avg-pool fc-6 softmax op")
    module = build_module(architecture, in_channels=3, out_features=4)
    inputs = 5 * torch.rand(32, 3, 9, 9)
    module(inputs)
    lsuv_init_(module, inputs)
    norm = module.layer_01_conv3_norm
    assert norm.num_batches_tracked == 0
    assert (norm.running_mean == 0).all()
    assert (norm.running_var == 1).all()
    check_moments(module, inputs)


def test_every_parameter_gets_a_gradient(architectures: Golden, narrowed: Narrowed) -> None:
    inputs = torch.randn(64, 8)
    for name, architecture in architectures("mlp-class").items():
        narrow = narrowed(architecture, 8, 8)
        module = lsuv_init_(build_module(narrow, in_features=8, out_features=3), inputs)
        nn.NLLLoss()(module(inputs), torch.arange(64) % 3).backward()
        for parameter_name, parameter in module.named_parameters():
            assert parameter.grad is not None
            assert parameter.grad.isfinite().all(), (name, parameter_name)
            assert parameter.grad.abs().max() > 1e-9, (name, parameter_name)


def test_weights_are_orthogonal(network: Network) -> None:
    architecture = network("mlp-reg", "ip elu-4 tanh-9 linear op")
    module = lsuv_init_(
        build_module(architecture, in_features=6, out_features=2), torch.randn(50, 6)
    )
    for name, weight in module.state_dict().items():
        if name.endswith("weight"):
            wide = weight if weight.shape[0] <= weight.shape[1] else weight.T
            gram = wide @ wide.T
            torch.testing.assert_close(gram, gram[0, 0] * torch.eye(len(gram)), msg=name)


def train(module: fx.GraphModule, inputs: torch.Tensor, targets: torch.Tensor) -> float:
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(module(inputs), targets)
        loss.backward()
        optimizer.step()
    return loss.item()


def test_a_deep_network_with_many_sigmoids_trains(
    architectures: Golden, narrowed: Narrowed
) -> None:
    architecture = architectures("mlp-reg")["mlp-reg-mod2-051"]
    assert len(architecture.layers) == 45
    narrow = narrowed(architecture, 16, 8)
    inputs = torch.randn(512, 4)
    targets = torch.sin(2 * inputs[:, :1]) + inputs[:, 1:2]
    targets = (targets - targets.mean()) / targets.std()
    default = build_module(narrow, in_features=4, out_features=1)
    initialised = lsuv_init_(build_module(narrow, in_features=4, out_features=1), inputs)
    assert train(default, inputs, targets) > 0.95
    assert train(initialised, inputs, targets) < 0.3


def test_generator_reproduces(network: Network) -> None:
    architecture = network("mlp-reg", "ip elu-4 tanh-9 linear op")
    inputs = torch.randn(50, 6)
    weights = []
    for seed in (1, 1, 2):
        module = build_module(architecture, in_features=6, out_features=2)
        lsuv_init_(module, inputs, generator=torch.Generator().manual_seed(seed))
        weights.append(module.layer_02_tanh.weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("training", [True, False])
def test_changes_in_place_and_keeps_the_mode(network: Network, training: bool) -> None:
    module = build_module(
        network("cnn", "ip conv3-4 softmax op"), in_channels=1, out_features=2
    ).train(training)
    assert lsuv_init_(module, torch.randn(4, 1, 5, 5)) is module
    assert all(part.training == training for part in module.modules())
    assert all(parameter.requires_grad for parameter in module.parameters())


@pytest.mark.parametrize(
    "inputs",
    [
        torch.zeros(8, 3),
        torch.full((8, 3), 1e6),
        1e-20 * torch.randn(8, 3),
        1e25 * torch.randn(8, 3),
        torch.ones(8, 3, dtype=torch.int64),
        torch.randn(8, 3, dtype=torch.float64),
    ],
    ids=["zeros", "constant", "tiny", "huge", "whole numbers", "double precision"],
)
def test_odd_inputs_give_finite_weights(network: Network, inputs: torch.Tensor) -> None:
    architecture = network("mlp-reg", "ip relu-4 logistic-5 crelu-4 linear op")
    module = lsuv_init_(build_module(architecture, in_features=3, out_features=1), inputs)
    for name, parameter in module.named_parameters():
        assert parameter.isfinite().all(), name
        assert "bias" in name or parameter.abs().max() > 0, name


def test_a_module_of_another_type_is_left_alone(network: Network) -> None:
    module = build_module(network("mlp-reg", "ip relu-4 linear op"), in_features=3, out_features=1)
    module.layer_01_relu = nn.Sequential(nn.Linear(3, 4))
    before = module.layer_01_relu[0].weight.clone()
    inputs = torch.randn(20, 3)
    lsuv_init_(module, inputs)
    assert torch.equal(module.layer_01_relu[0].weight, before)
    assert module(inputs).std().item() == pytest.approx(0.3, rel=1e-3)


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([[1.0, 2.0]], TypeError, "expected a tensor, got list"),
        (torch.randn(1, 3), ValueError, r"\(batch, 3\) with a batch of at least 2, got \(1, 3\)"),
        (torch.randn(3), ValueError, r"shape \(batch, 3\) .*, got \(3,\)"),
        (torch.randn(5, 4), ValueError, r"shape \(batch, 3\) .*, got \(5, 4\)"),
        (torch.randn(5, 2, 3), ValueError, r"shape \(batch, 3\) .*, got \(5, 2, 3\)"),
        (torch.tensor([[1.0, 2, 3], [4, float("nan"), 6]]), ValueError, "got 1 that are NaN"),
    ],
)
def test_wrong_inputs(
    network: Network, inputs: torch.Tensor, error: type[Exception], message: str
) -> None:
    module = build_module(network("mlp-reg", "ip relu-4 linear op"), in_features=3, out_features=1)
    with pytest.raises(error, match=f"^inputs: .*{message}"):
        lsuv_init_(module, inputs)


@pytest.mark.parametrize("shape", [(6, 4, 4), (3, 4, 4), (6, 1, 4, 4), (6, 3), (1, 3, 4, 4)])
def test_wrong_images(network: Network, shape: tuple[int, ...]) -> None:
    module = build_module(
        network("cnn", "ip res3-4/2 max-pool softmax op"), in_channels=3, out_features=2
    )
    before = {name: weight.clone() for name, weight in module.state_dict().items()}
    with pytest.raises(ValueError, match=r"^inputs: expected shape \(batch, 3, height, width\)"):
        lsuv_init_(module, torch.randn(shape))
    for name, weight in module.state_dict().items():
        assert torch.equal(weight, before[name]), name


def test_wrong_module_or_generator(network: Network) -> None:
    with pytest.raises(TypeError, match="expected what build_module returns, got Linear"):
        lsuv_init_(nn.Linear(3, 1), torch.randn(4, 3))  # type: ignore[arg-type]
    module = build_module(network("mlp-reg", "ip relu-4 linear op"), in_features=3, out_features=1)
    with pytest.raises(
        TypeError, match=r"^generator: expected a torch.Generator or None, got int"
    ):
        lsuv_init_(module, torch.randn(4, 3), generator=0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^module: expected a network with parameters"):
        lsuv_init_(fx.symbolic_trace(nn.ReLU()), torch.randn(4, 3))
