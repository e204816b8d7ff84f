"""POT's solver comes without the array libraries that `import ot` imports."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

LIBRARIES = ("torch", "jax", "cupy", "tensorflow")
DISTANCE = """
from optuna_nasbot import MLPSpace, OTMANN
networks = MLPSpace(max_layers=6).initial_pool[:3]
print(OTMANN.for_kind("mlp-reg").pairwise(networks)[1].sum().round(9))
"""
SPIES = {
    "broken": "raise TypeError('Descriptors cannot be created directly.')",
    "absent in part": "raise ImportError('libcuda.so')",
    "working": "class Tensor: pass",
}


# Torch, which is here, takes seconds to import.
ENVIRONMENT = {"NUMBA_DISABLE_JIT": "1", "POT_BACKEND_DISABLE_PYTORCH": "1"}


def run(script: str, *folders: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script without numba. Folders come first in the path."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")])
    environment = {"PYTHONPATH": path.rstrip(os.pathsep), **ENVIRONMENT, **environment}
    return subprocess.run(
        # Of Python 3.12 and newer, about what POT writes in its docstrings.
        [sys.executable, "-W", "ignore::SyntaxWarning", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def printed(script: str, *folders: Path, **environment: str) -> list[str]:
    found = run(script, *folders, **environment)
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout.splitlines()


@pytest.fixture(scope="module")
def expected() -> str:
    return printed("import ot\n" + DISTANCE)[0]


@pytest.mark.parametrize("spy", SPIES.values(), ids=SPIES.keys())
def test_libraries_are_not_imported(spy: str, tmp_path: Path, expected: str) -> None:
    for library in LIBRARIES:
        (tmp_path / f"{library}.py").write_text(f"print('{library} is here')\n{spy}", "utf-8")
    assert printed(DISTANCE, tmp_path, POT_BACKEND_DISABLE_PYTORCH="") == [expected]


STATE = """
import os, sys, threading

def state():
    return dict(os.environ), list(sys.path), list(sys.meta_path), list(sys.path_hooks)

changes, done = [], threading.Event()

def watch():
    while not done.is_set():
        if state() != before:
            changes.append(state())

import optuna_nasbot.distance.features, scipy.spatial.distance
before = state()
watcher = threading.Thread(target=watch)
watcher.start()
try:
    exec(DISTANCE)
except ImportError as error:
    print(error)
done.set()
watcher.join()
print(len(changes), state() == before, [name for name in sys.modules if name[:3] in ("ot", "ot.")])
"""


def test_nothing_of_the_process_changes(tmp_path: Path, expected: str) -> None:
    script = f"DISTANCE = {DISTANCE!r}\n{STATE}"
    assert printed(script) == [expected, "0 True []"]
    broken = tmp_path / "ot"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise OSError('libgomp')", "utf-8")
    message, state = printed(script, tmp_path)
    assert state == "0 True []"
    assert message.startswith("POT (the package `ot`)")
    assert "OSError: libgomp" in message


OF_USERS = """
import cupy, numpy as np, ot
from ot.backend import get_backend
print(get_backend(cupy.ndarray()).__name__)
points = np.arange(3.0)
print(float(ot.emd2_1d(points, points + 3)))
print(ot.lp.emd_wrap.dist(np.zeros((1, 1)), np.full((1, 1), 2.0), metric="cityblock")[0, 0])
print(ot.lp.emd_wrap.__name__, ot.lp.emd_wrap.emd_c.__name__)
"""
# As much of CuPy as POT asks for.
CUPY = """
from types import SimpleNamespace
class ndarray: pass
float32 = float64 = None
random = SimpleNamespace(RandomState=object)
def array(*args, **kwargs): return ndarray()
"""


@pytest.mark.parametrize("first", ["distance", "ot"])
def test_users_have_all_of_pot(first: str, tmp_path: Path, expected: str) -> None:
    (tmp_path / "cupy.py").write_text(CUPY, "utf-8")
    (tmp_path / "cupyx.py").touch()
    found = run(OF_USERS + DISTANCE if first == "ot" else DISTANCE + OF_USERS, tmp_path)
    assert found.returncode == 0, found.stderr
    of_pot = ["cupy", "9.0", "2.0", "ot.lp.emd_wrap", "emd_c"]
    assert sorted(found.stdout.split()) == sorted([expected, *of_pot])


def test_users_may_import_pot_in_a_thread_meanwhile(expected: str) -> None:
    script = f"""
import threading
import optuna_nasbot.distance.features, scipy.spatial.distance
def user():
    import ot
    print(ot.emd2([], [], [[0.0, 1.0], [1.0, 0.0]]))
thread = threading.Thread(target=user)
thread.start()
{DISTANCE}
thread.join()
"""
    assert sorted(printed(script)) == sorted(["0.0", expected])


def test_users_import_that_failed(tmp_path: Path, expected: str) -> None:
    (tmp_path / "tensorflow.py").write_text("raise TypeError('Descriptors')", "utf-8")
    script = f"""
try:
    import ot
except TypeError as error:
    print(error)
{DISTANCE}
"""
    assert printed(script, tmp_path) == ["Descriptors", expected]


def test_another_way_to_build_pot(expected: str) -> None:
    """Where the module can't be loaded alone, POT is imported as usual."""
    script = f"""
from importlib.machinery import PathFinder
find_spec, PathFinder.find_spec = PathFinder.find_spec, None
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        return find_spec(name, path, target)
sys.meta_path.append(Finder())
sys.meta_path.remove(PathFinder)
{DISTANCE}
print("ot" in sys.modules)
"""
    assert printed(script) == [expected, "True"]


def test_another_module_of_this_name(tmp_path: Path) -> None:
    (tmp_path / "ot.py").write_text("answer = 42", "utf-8")
    found = run(DISTANCE, tmp_path)
    assert "'ot' is not a package" in found.stderr
    assert "pip install --force-reinstall --no-deps POT" in found.stderr


def test_the_solver_is_that_of_pot() -> None:
    from ot.lp.emd_wrap import emd_c

    from optuna_nasbot.distance import pot

    assert pot.emd_c is emd_c
    assert find_spec("optuna_nasbot.distance.pot.lp") is None
