"""Networks with dropout after the activations of their hidden layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.network import build_module
from optuna_nasbot.network import lsuv_init_
from optuna_nasbot.network import module_source
from tests.network.test_source import run_without_package

Network = Callable[..., Architecture]
MLP = "ip relu-8 crelu-4 tanh-8 linear op"
CNN = "ip conv3-4 res3-4 max-pool fc-8 softmax op"


def dropouts(module: nn.Module) -> list[tuple[str, float]]:
    return [(n, each.p) for n, each in module.named_modules() if isinstance(each, nn.Dropout)]


def test_dropout_follows_hidden_layers(network: Network) -> None:
    mlp = build_module(network("mlp-reg", MLP), in_features=3, out_features=1, dropout=0.25)
    assert dropouts(mlp) == [
        (f"layer_0{index}_{label}_dropout", 0.25)
        for index, label in ((1, "relu"), (2, "crelu"), (3, "tanh"))
    ]
    cnn = build_module(network("cnn", CNN), in_channels=2, out_features=3, dropout=0.5)
    assert dropouts(cnn) == [("layer_04_fc_dropout", 0.5)]


def test_there_is_none_by_default(network: Network) -> None:
    for dropout in ({}, {"dropout": 0}, {"dropout": 0.0}):
        module = build_module(network("mlp-reg", MLP), in_features=3, out_features=1, **dropout)
        assert dropouts(module) == []


def test_outputs_are_dropped_in_training_only(network: Network) -> None:
    module = build_module(network("mlp-reg", MLP), in_features=3, out_features=1, dropout=0.5)
    inputs = torch.randn(6, 3)
    assert not torch.equal(module(inputs), module(inputs))
    module.eval()
    assert torch.equal(module(inputs), module(inputs))
    plain = build_module(network("mlp-reg", MLP), in_features=3, out_features=1)
    plain.load_state_dict(module.state_dict())
    assert torch.equal(module(inputs), plain(inputs))


def test_initialisation_does_not_depend_on_dropout(network: Network) -> None:
    inputs = torch.randn(50, 3)
    states = [
        lsuv_init_(
            build_module(network("mlp-reg", MLP), in_features=3, out_features=1, dropout=dropout),
            inputs,
            generator=torch.Generator().manual_seed(0),
        ).state_dict()
        for dropout in (0.0, 0.9)
    ]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_source_runs_without_package(network: Network, tmp_path: Path) -> None:
    module = build_module(network("mlp-reg", MLP), in_features=3, out_features=1, dropout=0.25)
    assert "Dropout(p=0.25" in module_source(module)
    run_without_package(module, torch.randn(5, 3), tmp_path)


@pytest.mark.parametrize(
    ("dropout", "error", "message"),
    [
        (1.0, ValueError, "dropout: expected a number from 0 to below 1, got 1.0"),
        (-0.1, ValueError, "dropout: expected a number from 0 to below 1"),
        (float("nan"), ValueError, "dropout: expected a number from 0 to below 1"),
        ("0.5", TypeError, "dropout: expected a number, got '0.5'"),
        (True, TypeError, "dropout: expected a number"),
        (None, TypeError, "dropout: expected a number"),
    ],
)
def test_wrong_dropout(
    network: Network, dropout: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{message}"):
        build_module(network("mlp-reg", MLP), in_features=3, out_features=1, dropout=dropout)
