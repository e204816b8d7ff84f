from __future__ import annotations

import ast
import itertools
import json
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import pytest
import torch
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from torch import nn

import optuna_nasbot
from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import lsuv_init_
from optuna_nasbot.spaces import ArchitectureSpace

TRAINING = """
import importlib.util
import sys

import torch

sys.modules["optuna_nasbot"] = None  # `import optuna_nasbot` raises ModuleNotFoundError
try:
    import optuna_nasbot
except ModuleNotFoundError:
    pass
else:
    raise AssertionError("The package can be imported.")

spec = importlib.util.spec_from_file_location("network", sys.argv[1])
network = importlib.util.module_from_spec(spec)
spec.loader.exec_module(network)
torch.manual_seed(0)
torch.set_num_threads(1)
shape, outputs, task = eval(sys.argv[2])
inputs = torch.randn(64, *shape)
if task == "classification":
    labels = torch.arange(64) % outputs
    inputs += labels.reshape(64, *[1] * len(shape))
    loss_of = lambda given: torch.nn.functional.cross_entropy(given, labels)
else:
    targets = inputs.reshape(64, -1)[:, :outputs]
    loss_of = lambda given: torch.nn.functional.mse_loss(given, targets)
model = network.Network()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
losses = []
for _ in range(20):
    loss = loss_of(model(inputs))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(losses[0], losses[-1])
"""


def square(channels_in: int, channels_out: int, stride: int) -> Any:
    from torch import nn

    return nn.Conv2d(channels_in, channels_out, 3, stride, padding=1)


def squares(channels_in: int, channels_out: int, stride: int) -> Any:
    from torch import nn

    return nn.Sequential(square(channels_in, channels_out, stride), nn.ReLU())


def own_space(kind: str, module: Any) -> GraphSpace:
    return GraphSpace(
        kind=kind,
        operations=[Operation("own", "conv", strides=(1, 2), module=module), "max-pool", "fc"],
        task="classification",
        image_size=8,
        max_units=16,
    )


CELLS = CellSpace(kind="exported-cell", operations=[Operation("conv"), Operation("pool")])
SPACES: dict[str, tuple[ArchitectureSpace, tuple[int, ...], int, str]] = {
    "MLP regression": (MLPSpace(max_layers=8, max_units=32), (6,), 2, "regression"),
    "MLP classification": (
        MLPSpace(task="classification", max_layers=8, max_units=32),
        (6,),
        3,
        "classification",
    ),
    "CNN": (
        CNNSpace(image_size=8, max_layers=10, max_units=32),
        (3, 8, 8),
        4,
        "classification",
    ),
    "CNN regression": (
        CNNSpace(image_size=8, max_layers=10, max_units=32, task="regression"),
        (3, 8, 8),
        2,
        "regression",
    ),
    "own operation that makes a layer of PyTorch": (
        own_space("exported-plain", square),
        (3, 8, 8),
        4,
        "classification",
    ),
}


@pytest.mark.parametrize("case", SPACES)
def test_exported_code_trains_without_the_package(
    case: str, run: Any, make_study: Any, tmp_path: Path
) -> None:
    space, shape, outputs, task = SPACES[case]
    network = space.initial_pool[0]
    make_study(create_architecture_trial({"net": network}, value=1.0), study_name="best")
    out = tmp_path / "new" / "folder"
    sizes = ("--inputs", shape[0], "--outputs", outputs)
    code, printed, err = run("export", "--study", "best", "--out", out, *sizes)
    assert (code, err) == (0, "")
    assert [line.split()[1] for line in printed.splitlines()] == [
        str(out / name) for name in ("network.py", "architecture.json")
    ]
    document = json.loads((out / "architecture.json").read_text("utf-8"))
    assert Architecture.from_dict(document) == network
    command = [sys.executable, "-I", "-c", TRAINING, out / "network.py", (shape, outputs, task)]
    trained = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert trained.stderr == ""
    first, last = map(float, trained.stdout.split())
    assert last < 0.9 * first


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        (
            CellSpace(kind="exported-cell", operations=[Operation("conv"), Operation("pool")]),
            "cells",
        ),
        (own_space("exported-own", squares), "expected one of ['Linear'"),
    ],
)
def test_networks_whose_code_is_not_ours_are_json_only(
    space: ArchitectureSpace, reason: str, run: Any, make_study: Any, tmp_path: Path
) -> None:
    network = space.initial_pool[0]
    make_study(create_architecture_trial({"net": network}, value=1.0), study_name="best")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "network.py").write_text("of another network", "utf-8")
    options = ("--study", "best", "--out", tmp_path / "out", "--inputs", 3, "--outputs", 4)
    code, printed, _ = run("export", *options, "--force")
    assert code == 0
    said = printed.splitlines()[-1]
    assert said.startswith("No network.py: ")
    assert reason in said
    document = json.loads((tmp_path / "out" / "architecture.json").read_text("utf-8"))
    assert Architecture.from_dict(document) == network
    assert not (tmp_path / "out" / "network.py").exists()


def exported(run: Any, out: Path, *options: object) -> str:
    assert run("export", "--out", out, *options)[0] == 0
    return (out / "network.py").read_text("utf-8")


def comments(code: str) -> list[str]:
    """The comment lines at the top."""
    return [
        line.removeprefix("#").removeprefix(" ")
        for line in itertools.takewhile(lambda line: line.startswith("#"), code.splitlines())
    ]


SIZES = ("--inputs", 3, "--outputs", 2)


def test_code_tells_where_it_comes_from(
    run: Any, pool: Any, make_study: Any, tmp_path: Path
) -> None:
    trial = create_architecture_trial(
        {"net": pool[0]},
        values=[0.25, 3.0],
        params={"lr": 0.125, "optimizer": "Adam"},
        distributions={
            "lr": FloatDistribution(0.0, 1.0),
            "optimizer": CategoricalDistribution(["Adam", None]),
        },
    )
    directions = ["minimize", "maximize"]
    make_study(trial, study_name="two values", directions=directions)
    code = exported(run, tmp_path, "--study", "two values", "--trial", 0, *SIZES)
    assert comments(code)[2:9] == [
        "study: 'two values'",
        "trial: 0",
        "name: 'net'",
        "value: 0.25 (minimize)",
        "value: 3.0 (maximize)",
        "parameters:",
        "    'lr': 0.125",
    ]
    assert ";" not in code.split("class Network")[1]
    assert "None" not in code.split("class Network")[1]


def test_a_trial_without_a_value(run: Any, tmp_path: Path) -> None:
    code = exported(run, tmp_path, "--study", "nets", "--trial", 5, *SIZES)
    assert "value: none, since the trial's state is FAIL" in comments(code)
    assert "parameters: none" in comments(code)


HOSTILE = 'coding: utf-7\n\r\x0c\u2028raise SystemExit\x00"""\\\u202e\x1b[2J'


def test_texts_of_users_are_no_code(run: Any, pool: Any, make_study: Any, tmp_path: Path) -> None:
    trial = create_architecture_trial(
        {HOSTILE.replace(":", ""): pool[0]},
        value=1.0,
        params={HOSTILE: HOSTILE},
        distributions={HOSTILE: CategoricalDistribution([HOSTILE, "other"])},
    )
    make_study(trial, study_name=HOSTILE)
    exported(run, tmp_path, "--study", HOSTILE, *SIZES)
    with tokenize.open(tmp_path / "network.py") as file:
        assert file.encoding == "utf-8"
        code = file.read()
    statements = ast.parse((tmp_path / "network.py").read_bytes()).body
    assert [type(statement) for statement in statements] == [ast.Import, ast.ClassDef]
    assert code.replace("\n", "").isprintable()
    assert f"study: {HOSTILE!r}" in comments(code)


def test_the_comment_says_how_to_initialise_and_to_load(
    run: Any, pool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = exported(run, tmp_path, *SIZES)
    recipes = [line.strip() for line in comments(code) if line.startswith("    ")]
    assert recipes[0] == recipes[2] == "network = Network()"
    _, loading, _, initialising = recipes
    inputs = torch.randn(32, 3)
    module = build_module(pool[1], in_features=3, out_features=2)
    torch.save(module.state_dict(), "weights.pt")
    namespace: dict[str, Any] = {"optuna_nasbot": optuna_nasbot, "inputs": inputs}
    exec(f"{code}\nnetwork = Network()\n{loading}", namespace)
    assert torch.equal(namespace["network"](inputs), module(inputs))
    torch.manual_seed(0)
    lsuv_init_(module, inputs)
    torch.manual_seed(0)
    exec(initialising, namespace)
    assert torch.equal(namespace["network"](inputs), module(inputs))


def test_sizes_are_needed(run: Any, make_study: Any, tmp_path: Path) -> None:
    missing = run.error("export", "--out", tmp_path / "out", "--inputs", 3)
    assert "--outputs: expected the number of features of a row and of targets" in missing
    image = CNNSpace(image_size=8, max_layers=10, max_units=32).initial_pool[0]
    make_study(create_architecture_trial({"net": image}, value=1.0), study_name="images")
    missing = run.error("export", "--study", "images", "--out", tmp_path / "out")
    assert "channels of an image and of classes" in missing
    options = ("--inputs", 3, "--outputs", 1)
    too_few = run.error("export", "--study", "images", "--out", tmp_path / "out", *options)
    assert "at least 2 classes" in too_few
    assert not (tmp_path / "out").exists()


def test_folders_are_not_replaced(run: Any, tmp_path: Path) -> None:
    (tmp_path / "network.py").mkdir()
    sizes = ("--inputs", 3, "--outputs", 2)
    assert "expected no folder at" in run.error("export", "--out", tmp_path, "--force", *sizes)


def test_files_are_replaced_only_if_wanted(run: Any, tmp_path: Path) -> None:
    options = ("--out", tmp_path, "--inputs", 3, "--outputs", 2)
    there = tmp_path / "architecture.json"
    there.write_text("mine", "utf-8")
    assert f"expected nothing at '{there}' yet" in run.error("export", *options)
    assert there.read_text("utf-8") == "mine"
    assert not (tmp_path / "network.py").exists()
    assert run("export", *options, "--force")[0] == 0
    assert there.read_text("utf-8") != "mine"


def test_places_that_can_not_be_written_to(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    options = ("--inputs", 3, "--outputs", 2)
    assert "a place to write to" in run.error("export", "--out", file / "folder", *options)


def test_weights_need_no_memory(run: Any, tmp_path: Path) -> None:
    sizes = ("--inputs", 2**31 - 1, "--outputs", 2)
    assert run("export", "--out", tmp_path, *sizes)[0] == 0
    assert f"in_features={2**31 - 1}" in (tmp_path / "network.py").read_text("utf-8")


def test_sizes_beyond_all_data(run: Any, tmp_path: Path) -> None:
    for command, *more in (["export", "--out", tmp_path / "new"], ["show"]):
        error = run.error(command, *more, "--inputs", 10**25, "--outputs", 2)
        assert "expected at most 2,147,483,647" in error


def test_own_modules_may_look_at_their_weights(run: Any, make_study: Any, tmp_path: Path) -> None:
    class Looking(nn.Conv2d):
        def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
            super().__init__(channels_in, channels_out, 3, stride, padding=1)
            self.scale = self.weight.mean().item()

    network = own_space("exported-looking", Looking).initial_pool[0]
    make_study(create_architecture_trial({"net": network}, value=1.0), study_name="looking")
    sizes = ("--inputs", 3, "--outputs", 10)
    assert run("export", "--study", "looking", "--out", tmp_path / "new", *sizes)[0] == 0
    assert (tmp_path / "new" / "architecture.json").exists()


def test_cells_at_a_bad_place(run: Any, make_study: Any, tmp_path: Path) -> None:
    space = CellSpace(kind="exported-badly", operations=[Operation("conv")])
    trial = create_architecture_trial({"net": space.initial_pool[0]}, value=1.0)
    make_study(trial, study_name="cell")
    (tmp_path / "file").write_text("", "utf-8")
    error = run.error("export", "--study", "cell", "--out", tmp_path / "file" / "new")
    assert "--out: expected a place to write to" in error
