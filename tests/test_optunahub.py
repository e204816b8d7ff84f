"""The folder `package` is what OptunaHub's registry takes, and its examples run."""

from __future__ import annotations

import re
import runpy
from functools import partial
from pathlib import Path

import optuna
import optunahub
import pytest
import yaml

REGISTRY = Path(__file__).parents[1] / "package"
PACKAGE = REGISTRY / "samplers" / "nasbot"
README = (PACKAGE / "README.md").read_text("utf-8")
N_TRIALS = 7
"""Five are random by default, the others are chosen by a model."""


@pytest.fixture
def in_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the package as if it were registered, and search it briefly."""
    load = partial(optunahub.load_local_module, registry_root=str(REGISTRY))
    optimize = optuna.Study.optimize
    monkeypatch.setattr(optunahub, "load_module", load)
    monkeypatch.setattr(
        optuna.Study, "optimize", lambda study, f, n_trials: optimize(study, f, n_trials=N_TRIALS)
    )


def test_all_files_are_there() -> None:
    files = {path.name for path in PACKAGE.iterdir()} - {"__pycache__"}
    code = {"__init__.py", "example.py", "requirements.txt", "tests"}
    assert files == {"README.md", "LICENSE", *code}
    assert (PACKAGE / "LICENSE").read_text().startswith("MIT License\n")
    assert (PACKAGE / "requirements.txt").read_text() == "optuna-nasbot\n"


def test_the_readme_begins_with_what_the_registry_asks_for() -> None:
    header = yaml.safe_load(README.split("---\n")[1])
    tags, versions = header.pop("tags"), header.pop("optuna_versions")
    assert header.keys() == {"author", "title", "description", "license"}
    assert {type(text) for text in (*header.values(), *tags, *versions)} == {str}
    assert header["license"] == "MIT License"
    assert "sampler" in tags


def test_the_readme_has_the_sections_of_the_registry_and_no_html() -> None:
    text = re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    sections = ["Abstract", "APIs", "Installation", "Example", "Others"]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == sections
    assert "<" not in text


@pytest.mark.usefixtures("in_the_registry")
def test_the_readme_names_all_that_the_package_has() -> None:
    package = optunahub.load_module("samplers/nasbot")
    described = README.split("## APIs\n")[1].split("\n## ")[0]
    assert [name for name in package.__all__ if f"`{name}" not in described] == []


@pytest.mark.usefixtures("in_the_registry")
def test_the_example_of_the_readme_runs() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    namespace = {"__name__": "readme"}
    exec(compile(code, "README.md", "exec", dont_inherit=True), namespace)
    assert len(namespace["study"].trials) == N_TRIALS


@pytest.mark.usefixtures("in_the_registry")
def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(PACKAGE / "example.py"), run_name="__main__")
    assert re.match(r"Error \d\.\d{4} with lr 0\.\d{4} and the network\n", capsys.readouterr().out)
