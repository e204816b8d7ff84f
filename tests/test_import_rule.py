"""The folders of the package form a line: each imports only itself and those before it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import optuna_nasbot

PACKAGE = Path(optuna_nasbot.__file__).parent
FOLDERS = (
    "architecture",
    "edits",
    "trials",
    "spaces",
    "distance",
    "gp",
    "acquisition",
    "search",
    "network",
    "visualization",
    "command_line",
)
WITHOUT_OPTUNA = {"architecture", "edits", "spaces", "distance", "gp", "acquisition", "search"}
WITH_TORCH_NN = {"network"}

# The private names of other libraries that files, relative to the package, may use.
PRIVATE_NAMES = {
    # Of Optuna.
    "trials/private_optuna.py": {
        "_base_sampler",
        "_fixed_params",
        "_storage",
        "_study",
        "_trial_id",
    },
    # Of optuna-integration.
    "distributed_trial.py": {"_call_and_communicate_obj", "_delegate"},
    # Of PyTorch.
    "architecture/own_work.py": {"_overloadpacket", "_python_dispatch"},
    "architecture/without_memory.py": {"_forward_hooks", "_forward_pre_hooks", "_orig_mod"},
    "network/differences.py": {"_backward_hooks", "_post_accumulate_grad_hooks"},
}
OWN = {"self", "cls", "super()"}


def imported_names(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Absolute dotted names of all that is imported, wherever in the file; `package` holds it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = (*start, node.module) if node.module else start
            yield from (".".join((*module, alias.name)) for alias in node.names)


def attribute_names(tree: ast.AST) -> Iterator[str]:
    """Dotted names that are written out in expressions, like `torch.nn.Linear`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name.replace(".", "").isidentifier():
                yield name


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


def private_names(tree: ast.AST) -> Iterator[str]:
    """Private names in imports, and private attributes of anything but the object itself."""
    for name in imported_names(tree, ("optuna_nasbot",)):
        yield from filter(is_private, name.split("."))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value, name) if is_private(name):
                if ast.unparse(value) not in OWN:
                    yield name
            case ast.Call(ast.Name(called), [_, ast.Constant(name), *_]):
                if called in {"getattr", "hasattr", "setattr", "delattr"} and is_private(name):
                    yield str(name)


def violations(path: str, source: str) -> list[str]:
    """What a file breaks, given its path relative to the package."""
    tree = ast.parse(source)
    parents = Path(path).parent.parts
    folder = parents[0] if parents else None
    if folder is not None and folder not in FOLDERS:
        return [f"the folder {folder} has no place in FOLDERS"]
    reachable = FOLDERS[: FOLDERS.index(folder) + 1] if folder else FOLDERS
    imports = list(imported_names(tree, ("optuna_nasbot", *parents)))
    broken = []
    for name in [*imports, *attribute_names(tree)]:
        root, *rest = name.split(".")
        if root == "torch" and rest[:1] == ["nn"] and folder not in WITH_TORCH_NN:
            broken.append(f"{name}: only {sorted(WITH_TORCH_NN)} may use torch.nn")
        if root == "optuna" and folder in WITHOUT_OPTUNA:
            broken.append(f"{name}: {folder} may not use Optuna")
    for name in sorted({*private_names(tree)} - PRIVATE_NAMES.get(path, set())):
        broken.append(f"{name}: private names may change at any time")
    for name in imports:
        root, *rest = name.split(".")
        if root == "optuna_nasbot" and folder and (not rest or rest[0] not in reachable):
            broken.append(f"{name}: {folder} may import only {reachable}")
    return broken


@pytest.mark.parametrize(
    "path", sorted(file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py"))
)
def test_file_obeys(path: str) -> None:
    assert violations(path, (PACKAGE / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("gp/kernel.py", "from optuna_nasbot.search import mutation"),
        ("gp/kernel.py", "from optuna_nasbot import search"),
        ("edits/edit.py", "from optuna_nasbot.spaces import CellSpace"),
        ("gp/kernel.py", "from ..search.mutation import mutate"),
        ("gp/kernel.py", "from .. import search"),
        ("gp/kernel.py", "def fit():\n    import optuna_nasbot.search.mutation"),
        ("gp/kernel.py", "import optuna_nasbot"),
        ("gp/kernel.py", "from optuna_nasbot.sampler import NASBOTSampler"),
        ("gp/kernel.py", "from optuna_nasbot import NASBOTSampler"),
        ("gp/kernel.py", "import optuna"),
        ("gp/kernel.py", "from optuna.trial import Trial"),
        ("gp/kernel.py", "import torch.nn.functional as F"),
        ("gp/kernel.py", "from torch import nn"),
        ("gp/kernel.py", "from torch.nn import Linear"),
        ("gp/kernel.py", "import torch\nlayer = torch.nn.Linear(1, 1)"),
        ("sampler.py", "from torch import nn"),
        ("sampler.py", "from optuna._gp import gp"),
        ("sampler.py", "from optuna.samplers._base import BaseSampler"),
        ("sampler.py", "import optuna\noptuna.samplers._base"),
        ("sampler.py", "def f(study):\n    return study._storage"),
        ("sampler.py", "def f(trial):\n    return getattr(trial, '_trial_id')"),
        ("gp/kernel.py", "def f(space):\n    space.parent._limits = ()"),
        ("gp/kernel.py", "import torch._dynamo"),
        ("gp/kernel.py", "from ot.lp._network_simplex import emd_c"),
        ("gp/kernel.py", "from optuna_nasbot.architecture.canonical import _helper"),
        ("sampler.py", "from optuna_integration._imports import try_import"),
        ("distributed_trial.py", "def f(study):\n    return study._storage"),
        ("visualization/html_report.py", "from optuna_nasbot.command_line import main"),
        ("command_line/show.py", "from optuna_nasbot import best_architecture"),
        ("utils/lists.py", ""),
    ],
)
def test_violation_is_found(path: str, source: str) -> None:
    assert violations(path, source) != []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("gp/kernel.py", "from optuna_nasbot.distance import OTMANN"),
        ("gp/kernel.py", "from optuna_nasbot import distance"),
        ("gp/kernel.py", "from .regression import Posterior\nfrom ..distance import OTMANN"),
        ("gp/kernel.py", "import torch\nimport numpy as np"),
        ("network/module.py", "from torch import nn"),
        ("trials/stored.py", "import optuna\nfrom optuna.trial import FrozenTrial"),
        ("command_line/show.py", "from optuna_nasbot.visualization import to_text"),
        ("__main__.py", "from optuna_nasbot.command_line import main"),
        ("sampler.py", "from optuna_nasbot import suggest\nimport optuna_nasbot.search"),
        ("sampler.py", "import optuna\nversion = optuna.__version__"),
        ("sampler.py", "class A:\n    def f(self):\n        return self._g(super()._g)"),
        ("sampler.py", "def f(value):\n    return getattr(value, '__len__')"),
    ],
)
def test_allowed_import_passes(path: str, source: str) -> None:
    assert violations(path, source) == []


@pytest.mark.parametrize("path", PRIVATE_NAMES)
def test_private_names_that_are_allowed_are_used(path: str) -> None:
    tree = ast.parse((PACKAGE / path).read_text("utf-8"))
    assert {*private_names(tree)} == PRIVATE_NAMES[path]


def name_of_module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {name_of_module(path): path for path in PACKAGE.rglob("*.py")}
    imports = nx.DiGraph()
    for importing, path in paths.items():
        package = path.parent.relative_to(PACKAGE.parent).parts
        for name in imported_names(ast.parse(path.read_text("utf-8")), package):
            module = name if name in paths else name.rpartition(".")[0]
            if module in paths:
                imports.add_edge(importing, module)
    assert len(imports) > len(FOLDERS)
    assert [*nx.simple_cycles(imports)] == []


def test_import_is_lazy() -> None:
    code = "import optuna_nasbot, sys; print(*sorted({'ot', 'torch'} & sys.modules.keys()))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert loaded.stdout.split() == []
