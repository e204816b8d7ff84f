"""The code of the README and of the documentation site runs.

The blocks of a page run in order, in one namespace. What a page leaves to its reader (data,
training, the study of the quick start) is stood in for here, and searches have fewer trials. The
recipe for MLflow has a test of its own, `tests/test_mlflow.py`.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch
from optuna.trial import TrialState
from plotly.graph_objects import Figure

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import suggest_architecture
from optuna_nasbot import total_mass
from optuna_nasbot.command_line.main import main

ROOT = Path(__file__).parents[2]
N_TRIALS = 7
"""Five are random by default, the others are chosen by a model."""


def code_of(page: Path) -> list[str]:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.M)
    return [block for block in blocks if "import mlflow" not in block]


PAGES = {
    page.relative_to(ROOT).as_posix(): page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if code_of(page)
}


def loss(*of: Any) -> float:
    """What training and validation would give: smaller networks are better."""
    sizes = [total_mass(each) for each in of if isinstance(each, Architecture)]
    modules = [each for each in of if isinstance(each, torch.nn.Module)]
    return sum(sizes) + sum(part.numel() for each in modules for part in each.parameters())


def objective(trial: optuna.Trial) -> float:
    network = suggest_architecture(trial, "net", MLPSpace(max_layers=8, max_units=32))
    return loss(network) + trial.suggest_float("lr", 1e-4, 1e-1, log=True)


def run_quick_start() -> None:
    """Leave behind what `examples/quick_start.py` does: a study with networks for images."""
    space = CNNSpace(image_size=8, max_layers=14, max_units=24)
    study = optuna.create_study(study_name="digits", storage="sqlite:///quick_start.db")
    for _ in range(N_TRIALS):
        trial = study.ask()
        value = loss(suggest_architecture(trial, "net", space))
        study.tell(trial, value + trial.suggest_float("lr", 0.0, 1.0))


YOURS: dict[str, dict[str, Any]] = {
    "docs/guide/training_script.md": {
        "x_train": torch.ones(300, 9),
        **dict.fromkeys(("train_one_epoch", "validation_loss", "train_and_validate"), loss),
    },
    "docs/guide/networks.md": {"error_of": loss},
    "docs/guide/parameters.md": {
        "x_train": torch.ones(300, 9),
        **dict.fromkeys(("train_and_validate", "train_both"), loss),
    },
    "docs/guide/plain_network.md": {"x_train": torch.ones(300, 9), "train_and_validate": loss},
    "docs/guide/accuracy_and_size.md": {"error_of": loss},
    "docs/guide/pruning.md": {"train_one_epoch": loss, "validation_loss": loss},
    "docs/guide/workers.md": {"objective": objective, "train_and_validate": loss},
    "docs/guide/own_layers.md": {"train": loss},
    "docs/guide/results.md": {"objective": objective},
}
"""What a page says to be the reader's own."""
AFTER_QUICK_START = ("docs/guide/results.md",)


class OnDisk(optuna.storages.RDBStorage):
    """A database that is a file, also where a server is asked for."""

    def __init__(self, url: str, engine_kwargs: Any = None, **more: Any) -> None:
        super().__init__(url if "sqlite" in url else "sqlite:///server.db", **more)


@pytest.fixture
def at_a_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to write to, few trials, no server and no browser."""
    optimize = optuna.Study.optimize

    def optimize_briefly(study: optuna.Study, *args: Any, n_trials: int = 0, **more: Any) -> None:
        optimize(study, *args, n_trials=N_TRIALS, **more)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(optuna.Study, "optimize", optimize_briefly)
    monkeypatch.setattr(optuna.storages, "RDBStorage", OnDisk)
    monkeypatch.setattr(Figure, "show", Figure.to_json)


@pytest.mark.skipif(
    not hasattr(optuna.Trial, "set_constraint"), reason="the pages are of Optuna 5, not of 4"
)
@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.usefixtures("at_a_readers")
@pytest.mark.parametrize("name", PAGES)
def test_the_code_of_a_page_runs(name: str) -> None:
    if name in AFTER_QUICK_START:
        run_quick_start()
    namespace = {"__name__": "page", **YOURS.get(name, {})}
    for number, block in enumerate(code_of(PAGES[name]), start=1):
        code = compile(block, f"{name}, block {number}", "exec", dont_inherit=True)
        exec(code, namespace)
    studies = [each for each in namespace.values() if isinstance(each, optuna.Study)]
    trials = [trial for study in studies for trial in study.get_trials(deepcopy=False)]
    assert not [trial for trial in trials if trial.state == TrialState.FAIL]


@pytest.mark.usefixtures("at_a_readers")
def test_the_commands_on_the_study_of_the_quick_start_run() -> None:
    run_quick_start()
    page = (ROOT / "docs" / "guide" / "results.md").read_text("utf-8")
    commands = re.findall(r"^python -m optuna_nasbot (.+)$", page, re.MULTILINE)
    assert [shlex.split(each)[0] for each in commands] == ["show", "export", "report"]
    assert [main(shlex.split(each)) for each in commands] == [0, 0, 0]
    assert {path.name for path in Path().iterdir()} >= {"best", "digits.html"}
