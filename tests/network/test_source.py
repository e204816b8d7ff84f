from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.network import build_module
from optuna_nasbot.network import module_source

Network = Callable[..., Architecture]

RUN = """
import sys

sys.modules["optuna_nasbot"] = None  # importing it fails
import torch

folder = sys.argv[1]
namespace = {}
exec(open(folder + "/network.py").read(), namespace)
network = namespace["Network"]()
network.load_state_dict(torch.load(folder + "/state.pt"))
network.eval()
torch.save(network(torch.load(folder + "/inputs.pt")), folder + "/outputs.pt")
"""


def run_without_package(module: torch.fx.GraphModule, inputs: torch.Tensor, folder: Path) -> None:
    (folder / "network.py").write_text(module_source(module), "utf-8")
    torch.save(module.state_dict(), folder / "state.pt")
    torch.save(inputs, folder / "inputs.pt")
    subprocess.run([sys.executable, "-c", RUN, str(folder)], check=True)
    outputs = torch.load(folder / "outputs.pt")
    torch.testing.assert_close(outputs, module.eval()(inputs))


def test_cnn_source_runs_without_package(network: Network, tmp_path: Path) -> None:
    text = "ip conv3-4 res5-6/2 max-pool avg-pool fc-4 softmax softmax op"
    edges = [(0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (4, 5)]
    edges += [(4, 6), (5, 7), (6, 8), (7, 8)]
    module = build_module(network("cnn", text, edges), in_channels=2, out_features=3)
    inputs = torch.randn(4, 2, 9, 9)
    module(inputs)  # running statistics
    run_without_package(module, inputs, tmp_path)


def test_mlp_source_runs_without_package(network: Network, tmp_path: Path) -> None:
    labels = ["relu", "crelu", "leaky-relu", "softplus", "elu", "logistic", "tanh"]
    text = " ".join(f"{label}-4" for label in labels)
    module = build_module(
        network("mlp-reg", f"ip {text} linear op"), in_features=3, out_features=2
    )
    run_without_package(module, torch.randn(5, 3), tmp_path)


@pytest.mark.parametrize("kind", ["mlp-reg", "mlp-class", "cnn"])
def test_source_of_golden_networks(
    architectures: Callable[[str], dict[str, Architecture]], kind: str
) -> None:
    inputs = {"in_channels": 3} if kind == "cnn" else {"in_features": 3}
    for name, architecture in architectures(kind).items():
        with torch.device("meta"):
            module = build_module(architecture, out_features=2, **inputs)
            namespace: dict[str, type[nn.Module]] = {}
            exec(module_source(module), namespace)
            copy = namespace["Network"]()
        shapes, copied = (
            {key: value.shape for key, value in network.state_dict().items()}
            for network in (module, copy)
        )
        assert copied == shapes, name


def test_source_names_only_public_torch(network: Network) -> None:
    module = build_module(
        network("cnn", "ip conv3-4 avg-pool fc-4 softmax op"), in_channels=1, out_features=2
    )
    assert "_C" not in module_source(module)


def test_source_has_no_arguments_that_older_torch_lacks(network: Network) -> None:
    module = build_module(
        network("cnn", "ip conv3-4 fc-4 softmax op"), in_channels=2, out_features=3
    )
    assert "bias=True" not in module_source(module)


def test_not_a_built_module() -> None:
    with pytest.raises(TypeError, match="expected what build_module returns, got Linear"):
        module_source(nn.Linear(1, 1))  # type: ignore[arg-type]


def test_replaced_layer(network: Network) -> None:
    module = build_module(network("mlp-reg", "ip elu-4 linear op"), in_features=3, out_features=2)
    module.layer_01_elu = nn.Sequential(nn.Linear(3, 4))
    with pytest.raises(TypeError, match=r"^module.layer_01_elu: expected one of .*Sequential"):
        module_source(module)
