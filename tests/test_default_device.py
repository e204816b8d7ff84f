"""The default device and type of a user's process change no result of the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch
from torch import nn

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import lsuv_init_
from optuna_nasbot import module_source
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.command_line import main
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.visualization import to_svg

KIND = "test-default-device"


@contextmanager
def double_precision() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.fixture(params=["meta", "float64"])
def other_default(request: pytest.FixtureRequest) -> AbstractContextManager[Any]:
    return torch.device("meta") if request.param == "meta" else double_precision()


def own_module(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    return nn.Conv2d(channels_in, channels_out, 3, stride, padding=1)


def chain(kind: str, *layers: Layer) -> Architecture:
    whole = (Layer("ip"), *layers, Layer("op"))
    return Architecture(whole, tuple((index, index + 1) for index in range(len(whole) - 1)), kind)


def networks() -> dict[str, Architecture]:
    """Networks with every kind of layer."""
    own = Operation("own", "conv", strides=(1, 2), module=own_module)
    GraphSpace(kind=KIND, operations=[own, "fc"], image_size=8)
    activations = ["relu", "crelu", "leaky-relu", "softplus", "elu", "logistic", "tanh"]
    images = [Layer("conv3", 4, 1), Layer("res3", 5, 2), Layer("max-pool"), Layer("avg-pool")]
    return {
        "mlp": chain("mlp-reg", *(Layer(label, 4) for label in activations), Layer("linear")),
        "cnn": chain("cnn", *images, Layer("fc", 4), Layer("softmax")),
        "own": chain(KIND, Layer("own", 4, 2), Layer("fc", 4), Layer("linear")),
    }


def sizes(network: Architecture) -> dict[str, int]:
    return {"in_channels" if network.operations.is_image else "in_features": 3, "out_features": 2}


@pytest.mark.parametrize("name", networks())
def test_initial_weights(name: str, other_default: AbstractContextManager[Any]) -> None:
    network = networks()[name]
    shape = (16, 3, 8, 8) if network.operations.is_image else (16, 3)
    inputs = torch.randn(shape)
    weights = []
    for default in (None, other_default):
        module = build_module(network, **sizes(network))
        generator = torch.Generator("cpu").manual_seed(0)
        torch.manual_seed(0)
        if default is None:
            lsuv_init_(module, inputs, generator=generator)
        else:
            with default:
                lsuv_init_(module, inputs, generator=generator)
        weights.append(module.state_dict())
    for key, value in weights[0].items():
        assert weights[1][key].device.type == "cpu"
        assert torch.equal(weights[1][key], value), key


@pytest.mark.parametrize("name", networks())
def test_code_and_counts(name: str, other_default: AbstractContextManager[Any]) -> None:
    network = networks()[name]
    module = build_module(network, **sizes(network))

    def results() -> tuple[Any, ...]:
        state = torch.get_rng_state()
        found = (
            module_source(module),
            count_parameters(network, inputs=3, outputs=2),
            str(to_svg(network, inputs=3, outputs=2)),
        )
        assert torch.equal(torch.get_rng_state(), state)
        return found

    expected = results()
    with other_default:
        assert results() == expected


@pytest.mark.parametrize("name", networks())
def test_a_network_follows_the_defaults_as_modules_of_pytorch_do(name: str) -> None:
    network = networks()[name]
    with torch.device("meta"):
        module = build_module(network, **sizes(network))
    assert {value.device.type for value in module.state_dict().values()} == {"meta"}
    with double_precision():
        module = build_module(network, **sizes(network))
    assert {value.dtype for value in module.parameters()} == {torch.float64}


@pytest.mark.parametrize("sampler", [NASBOTSampler, EvolutionSampler])
@pytest.mark.parametrize(
    "space",
    [
        MLPSpace(max_layers=5, max_units=16),
        CNNSpace(
            image_size=8, max_layers=6, max_units=16, max_parameters=20_000, inputs=3, outputs=2
        ),
    ],
    ids=["mlp", "cnn"],
)
def test_a_search_finds_the_same_networks(
    space: ArchitectureSpace,
    sampler: Any,
    other_default: AbstractContextManager[Any],
) -> None:
    def found() -> list[str]:
        keywords = {"n_startup_trials": 2} if sampler is NASBOTSampler else {}
        study = optuna.create_study(sampler=sampler(seed=0, **keywords))
        hashes = []
        for _ in range(5):
            trial = study.ask()
            network = suggest_architecture(trial, "net", space)
            study.tell(trial, float(len(network.layers)) + sum(map(len, network.parents)))
            hashes.append(network.canonical_hash())
        return hashes

    expected = found()
    with other_default:
        assert found() == expected


def test_exported_files_are_the_same(
    tmp_path: Path, other_default: AbstractContextManager[Any]
) -> None:
    storage = f"sqlite:///{tmp_path / 'studies.db'}"
    for name, network in networks().items():
        study = optuna.create_study(storage=storage, study_name=name)
        study.add_trial(create_architecture_trial({"net": network}, value=1.0))
    command = ["export", "--storage", storage, "--inputs", "3", "--outputs", "2"]
    for name in networks():
        options = [*command, "--study", name, "--out"]
        assert main([*options, str(tmp_path / name / "plain")]) == 0
    with other_default:
        for name in networks():
            options = [*command, "--study", name, "--out"]
            assert main([*options, str(tmp_path / name / "other")]) == 0
    for name in networks():
        plain, other = (
            [path.read_text("utf-8") for path in sorted((tmp_path / name / folder).iterdir())]
            for folder in ("plain", "other")
        )
        assert plain == other
        assert len(plain) == 2
