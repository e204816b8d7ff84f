"""The site's recipe for MLflow, whose older versions refuse the keys of stored networks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from types import SimpleNamespace
from typing import Any

import optuna
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.visualization import to_svg

PAGE = Path(__file__).parents[1] / "docs" / "guide" / "mlflow.md"

pytestmark = pytest.mark.filterwarnings("ignore:MLflowCallback has been deprecated:FutureWarning")


class MLflow(ModuleType):
    """What the callback and the recipe use of MLflow, with the tag names of version 2.14.

    MLflow itself is not installed for the tests: its versions exclude those of other packages.
    """

    def __init__(self) -> None:
        super().__init__("mlflow")
        self.utils = SimpleNamespace(validation=SimpleNamespace(MAX_TAG_VAL_LENGTH=5000))
        self.runs: list[dict[str, Any]] = []
        self.active: dict[str, Any] | None = None

    def set_experiment(self, name: str) -> None:
        pass

    @contextmanager
    def start_run(self, run_id: int | None = None, **more: Any) -> Iterator[SimpleNamespace]:
        if run_id is None:
            run_id = len(self.runs)
            self.runs.append({"metrics": {}, "tags": {}, "artifacts": {}})
        self.active = self.runs[run_id]
        yield SimpleNamespace(info=SimpleNamespace(run_id=run_id))
        self.active = None

    def log_metrics(self, metrics: dict[str, float]) -> None:
        self.active["metrics"].update(metrics)

    def log_params(self, params: dict[str, Any]) -> None:
        pass

    def set_tags(self, tags: dict[str, Any]) -> None:
        for name in tags:
            if not re.fullmatch(r"[/\w.\- ]*", name):
                raise ValueError(f"Invalid tag name: '{name}'.")
        self.active["tags"].update(tags)

    def log_dict(self, document: dict[str, Any], name: str) -> None:
        self.active["artifacts"][name] = document

    def log_text(self, text: str, name: str) -> None:
        self.active["artifacts"][name] = text


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[MLflow]:
    """MLflow as optuna-integration imports it, which is done anew."""
    for name in integration_modules():
        monkeypatch.delitem(sys.modules, name)
    stand_in = MLflow()
    monkeypatch.setitem(sys.modules, "mlflow", stand_in)
    yield stand_in
    for name in integration_modules():
        del sys.modules[name]


def integration_modules() -> list[str]:
    return [name for name in sys.modules if name.split(".")[0] == "optuna_integration"]


@pytest.fixture
def example() -> dict[str, Any]:
    """What the code uses of the training script."""
    space = MLPSpace(max_layers=8)

    def objective(trial: optuna.Trial) -> float:
        return float(len(suggest_architecture(trial, "net", space).layers))

    return {
        "optuna": optuna,
        "suggest_architecture": suggest_architecture,
        "space": space,
        "objective": objective,
        "study": optuna.create_study(study_name="net", sampler=optuna.samplers.RandomSampler()),
    }


def recipe() -> str:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.M)
    (code,) = (block for block in blocks if "MLflowCallback" in block)
    return code


def test_the_recipe_logs_every_network(mlflow: MLflow, example: dict[str, Any]) -> None:
    exec(recipe(), example)
    trials = example["study"].trials
    assert len(trials) == 60
    for trial, run in zip(trials, mlflow.runs, strict=True):
        network = get_architecture(trial, "net")
        assert run["metrics"] == {"loss": trial.value}
        assert run["tags"]["state"] == "COMPLETE"
        assert Architecture.from_dict(run["artifacts"]["net.json"]) == network
        assert run["artifacts"]["net.svg"] == to_svg(network)


def test_user_attributes_as_tags_are_refused(mlflow: MLflow, example: dict[str, Any]) -> None:
    code = recipe().replace(", tag_trial_user_attrs=False", "")
    with pytest.raises(ValueError, match=r"^Invalid tag name: 'architecture:net"):
        exec(code, example)
