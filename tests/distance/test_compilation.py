from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numba")

from optuna_nasbot.distance.compilation import announce_compilation

pytestmark = pytest.mark.usefixtures("compiling_numba")

SOURCE = """
from numba import njit

@njit(cache=True)
def successor(number):
    return number + 1

@njit
def predecessor(number):
    return number - 1
"""


@pytest.fixture
def imported(tmp_path: Path) -> Callable[[], object]:
    """Imports a module with compiled functions anew, as another process would."""
    path = tmp_path / "numbers_of_a_test.py"
    path.write_text(SOURCE, "utf-8")

    def execute() -> object:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return execute


def test_a_message_when_a_function_is_compiled_but_not_when_it_is_on_disk(messages, imported):
    module = imported()
    announce_compilation(module.successor)
    assert not messages
    module.predecessor(1)
    assert not messages
    assert module.successor(1) == 2
    assert [message[:34] for message in messages] == ["Compiling the OTMANN distance with"]
    module.successor(2)
    again = imported()
    announce_compilation(again.successor)
    assert again.successor(1) == 2
    assert len(messages) == 1


def test_events_of_another_numba_stop_nobody(messages, imported, monkeypatch):
    module = imported()
    announce_compilation(module.predecessor)
    monkeypatch.delattr("numba.core.event.Event.data")
    assert module.predecessor(1) == 0
    monkeypatch.delattr("numba.core.event.Listener")
    announce_compilation(module.successor)
    assert not messages
