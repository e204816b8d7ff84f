"""Whatever fails of numba, and whenever: the distances are right, and there is one warning."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numba")

from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.distance import engine
from optuna_nasbot.distance import transport
from optuna_nasbot.distance.costs import matching_costs
from optuna_nasbot.distance.features import network_features

pytestmark = [pytest.mark.usefixtures("compiling_numba"), pytest.mark.slow]

DISTANCES = """
import threading
from optuna_nasbot import MLPSpace, OTMANN

networks = MLPSpace(max_layers=6).initial_pool[:4]
sums = []

def compute():
    sums.append(OTMANN.for_kind("mlp-reg").pairwise(networks)[1].sum().round(9))

threads = [threading.Thread(target=compute) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
compute()
print(len(sums), *set(sums))
"""
NO_COMPILER = """
from numba.core.compiler import Compiler
def compile_extra(*args, **kwargs):
    raise {error}
Compiler.compile_extra = compile_extra
"""
ANEW = "each process compiles it again"
BY_POT = "computed with POT"


def distances(
    setup: str = "", *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Compute distances in a new process, three times in threads and then once more."""
    found = subprocess.run(
        [sys.executable, *options, "-c", setup + DISTANCES],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert found.returncode == 0, found.stderr
    return found


@pytest.fixture(scope="module")
def expected() -> str:
    found = distances(NUMBA_DISABLE_JIT="1")
    assert found.stderr == ""
    return found.stdout


@pytest.fixture(scope="module")
def filled_cache(tmp_path_factory: pytest.TempPathFactory, expected: str) -> Path:
    """A folder with compiled code."""
    folder = tmp_path_factory.mktemp("numba")
    found = distances(NUMBA_CACHE_DIR=str(folder))
    assert (found.stdout, found.stderr) == (expected, "")
    return folder


@pytest.fixture
def cache(filled_cache: Path, tmp_path: Path) -> Path:
    """A folder with compiled code that a test may spoil."""
    return shutil.copytree(filled_cache, tmp_path / "numba")


def kept(cache: Path, ending: str) -> list[Path]:
    files = list(cache.glob(f"*/*.{ending}"))
    assert files
    return files


def n_warnings(found: subprocess.CompletedProcess[str]) -> int:
    return found.stderr.count("numba failed: ")


@pytest.mark.parametrize(
    "source",
    [
        "raise ImportError('Numba needs another NumPy.')",
        "raise OSError('Could not find/load shared object file libllvmlite.so')",
        "raise SystemError('initialization of _internal failed')",
        "raise TypeError",
        "import a_module_that_is_missing",
        "1 +",
        "",  # what an uninstallation leaves
    ],
)
def test_import(source: str, tmp_path: Path, expected: str) -> None:
    (tmp_path / "numba.py").write_text(source, "utf-8")
    found = distances(f"import sys; sys.path.insert(0, {str(tmp_path)!r})")
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert BY_POT in found.stderr
    assert "Reinstall numba" in found.stderr


@pytest.mark.parametrize(
    "module",
    [
        "llvmlite",
        "optuna_nasbot.distance.compilation",
        "optuna_nasbot.distance.network_simplex",
    ],
)
def test_modules_that_are_missing(module: str, cache: Path, expected: str) -> None:
    setup = f"""
import sys
class Broken:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise SystemError("broken")
sys.meta_path.insert(0, Broken())
"""
    found = distances(setup, NUMBA_CACHE_DIR=str(cache))
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert BY_POT in found.stderr


@pytest.mark.parametrize(
    "error", ["RuntimeError('no LLVM')", "TypeError('x' * 9999)", "MemoryError()"]
)
def test_compilation(error: str, tmp_path: Path, expected: str) -> None:
    found = distances(NO_COMPILER.format(error=error), NUMBA_CACHE_DIR=str(tmp_path))
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert BY_POT in found.stderr
    assert len(found.stderr) < 1000


def test_numba_that_must_not_compile_by_its_own_settings(expected: str) -> None:
    found = distances("import numba; numba.config.DISABLE_JIT = True\n")
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert BY_POT in found.stderr


@pytest.mark.parametrize("option", [(), ("-W", "error")], ids=["shown", "errors"])
def test_warning_never_stops_what_it_warns_of(
    option: tuple[str, ...], tmp_path: Path, expected: str
) -> None:
    setup = NO_COMPILER.format(error="SystemError")
    found = distances(setup, *option, NUMBA_CACHE_DIR=str(tmp_path))
    assert found.stdout == expected
    assert n_warnings(found) == 1


def zeros_in_the_middle(content: bytes) -> bytes:
    return content[: len(content) // 4] + bytes(len(content) // 4) + content[len(content) // 2 :]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        zeros_in_the_middle,
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: pickle.dumps(("0.1", 3)),
    ],
    ids=["empty", "cut", "zeros", "a bit", "another version"],
)
def test_damaged_files_are_not_read(
    damage: Callable[[bytes], bytes], ending: str, cache: Path, expected: str
) -> None:
    for file in kept(cache, ending):
        file.write_bytes(damage(file.read_bytes()))
    # Numba would crash the process with some of these files: they are gone before it looks.
    setup = NO_COMPILER.format(error="NotImplementedError('compiles')")
    found = distances(setup, NUMBA_CACHE_DIR=str(cache))
    assert found.stdout == expected
    assert "NotImplementedError: compiles" in found.stderr
    assert not list(cache.glob(f"*/*.{ending}"))


def test_damaged_files_are_replaced(cache: Path, expected: str) -> None:
    for file in kept(cache, "nb[ci]"):
        file.write_bytes(b"")
    found = distances(NUMBA_CACHE_DIR=str(cache))
    assert (found.stdout, found.stderr) == (expected, "")
    found = distances(NO_COMPILER.format(error="SystemError"), NUMBA_CACHE_DIR=str(cache))
    assert (found.stdout, found.stderr) == (expected, "")


def test_folders_that_are_files(tmp_path: Path, expected: str) -> None:
    if not hasattr(pytest.importorskip("numba").config, "CACHE_LOCATOR_CLASSES"):
        pytest.skip("this version of numba looks for other folders, too")
    (tmp_path / "file").touch()
    found = distances(
        NUMBA_CACHE_DIR=str(tmp_path / "file"),
        NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator",
    )
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert ANEW in found.stderr
    assert "NUMBA_CACHE_DIR to a folder that can be written" in found.stderr


def test_full_disk(tmp_path: Path, expected: str) -> None:
    resource = pytest.importorskip("resource")
    setup = f"import resource; resource.setrlimit({resource.RLIMIT_FSIZE}, (5000, 5000))\n"
    found = distances(setup, "-B", NUMBA_CACHE_DIR=str(tmp_path))
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert ANEW in found.stderr
    # What is left on the disk is not taken for a whole.
    setup = NO_COMPILER.format(error="NotImplementedError('compiles')")
    found = distances(setup, NUMBA_CACHE_DIR=str(tmp_path))
    assert found.stdout == expected
    assert "NotImplementedError: compiles" in found.stderr


def test_folder_that_vanishes_later(cache: Path, expected: str) -> None:
    setup = f"""
import shutil
import optuna_nasbot.distance.simplex_on_disk
shutil.rmtree({str(cache)!r})
open({str(cache)!r}, "w").close()
"""
    found = distances(setup, NUMBA_CACHE_DIR=str(cache))
    assert found.stdout == expected
    assert n_warnings(found) == 1
    assert ANEW in found.stderr


def test_error_of_the_arguments_is_not_taken_for_one_of_numba(monkeypatch) -> None:
    operations = operations_of("mlp-reg")
    costs = matching_costs(operations, (0.1,), 1.0, 1.0)
    network = MLPSpace(max_layers=6).initial_pool[0]
    features = network_features(network, operations=operations, component=costs.component)
    ways = list(engine._solvers_left)
    monkeypatch.setattr(engine, "_solvers_left", ways[:])
    for _ in range(2):
        with pytest.raises(AttributeError, match="NoneType"):
            engine.transport_costs([features, None], [features], costs)
    assert engine._solvers_left == ways
    expected = transport.transport_costs([features], [features], costs)
    assert engine.transport_costs([features], [features], costs) == pytest.approx(expected)
