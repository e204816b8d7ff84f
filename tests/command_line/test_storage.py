from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from optuna_nasbot.command_line.storage import load_study
from optuna_nasbot.command_line.user_error import UserError


def test_sqlite_by_url_and_by_path(run: Any) -> None:
    path = run.storage.removeprefix("sqlite:///")
    assert [len(load_study(url, "nets").trials) for url in (run.storage, path)] == [6, 6]


def test_journal_file(tmp_path: Path) -> None:
    path = str(tmp_path / "journal.log")
    made = optuna.create_study(study_name="here", storage=JournalStorage(JournalFileBackend(path)))
    made.add_trial(optuna.create_trial(value=1.0))
    assert load_study(path, "here").best_value == 1.0


def test_the_only_study_needs_no_name(run: Any) -> None:
    assert load_study(run.storage, None).study_name == "nets"


@pytest.mark.parametrize("name", ["other", None])
def test_studies_are_named_if_none_is_meant(name: str | None, run: Any, make_study: Any) -> None:
    make_study(study_name="more")
    with pytest.raises(UserError, match=r"--study: expected one of \['more', 'nets'\]"):
        load_study(run.storage, name)


@pytest.mark.parametrize("prefix", ["", "sqlite:///", "sqlite:///file:"])
def test_no_file_is_made_where_there_is_none(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--storage: .*got .*typo\.db"):
        load_study(f"{prefix}{tmp_path / 'typo.db'}", None)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"", b"no journal\n", b"\xff\xfe", b'{"op_code": 99}\n', b"3\n"]
)
def test_files_of_something_else(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(UserError, match="--storage: expected a storage"):
        load_study(str(path), None)
    assert path.read_bytes() == content


def test_sqlite_without_optunas_tables_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE birds (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(UserError, match="--storage: expected a storage"):
        load_study(str(path), None)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg2://me:se%40cret@127.0.0.1:1/x",
        "redis://me:se@cret@127.0.0.1:1/0",
        "nonsense://me:se@cret@127.0.0.1:1/x",
        "postgresql+psycopg2://me:x@127.0.0.1:1/x?user=me&password=secret",
    ],
)
def test_databases_out_of_reach_and_passwords_out_of_sight(url: str) -> None:
    with pytest.raises(UserError, match=r"--storage: .*//me:\*\*\*@127") as error:
        load_study(url, None)
    assert "cret" not in str(error.value)
