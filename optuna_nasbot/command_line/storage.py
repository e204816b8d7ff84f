"""Where a study is stored."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.storages import JournalStorage
from optuna.storages import RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal import JournalRedisBackend
from optuna.study import Study
from sqlalchemy.engine import make_url

from optuna_nasbot.command_line.user_error import UserError

_SQLITE_HEADER = b"SQLite format 3\x00"


def load_study(url: str, name: str | None) -> Study:
    """A study that exists; nothing is created where there is none.

    Args:
        url: As Optuna's and optuna-dashboard's own command lines take it: the URL of a relational
            database, `redis://...`, or the path of a journal file; also the path of a SQLite file.
        name: Name of the study; None for the only one.

    Raises:
        UserError: The storage can't be read, or has no study of this name, or several and `name`
            is None.
    """
    # Drivers of databases raise errors of many kinds, and a file may hold anything.
    try:
        storage = _storage(url)
        names = sorted(optuna.get_all_study_names(storage))
    except UserError:
        raise
    except Exception as error:
        raise UserError(_unreadable(url, error)) from error
    if name is None and len(names) == 1:
        name = names[0]
    if name not in names:
        raise UserError(
            f"--study: expected one of {names}, which the storage has, got {name!r}."
            if names
            else "--storage: expected a storage with a study, got one without."
        )
    return optuna.load_study(study_name=name, storage=storage)


def _storage(url: str) -> BaseStorage:
    if url.startswith(("redis://", "rediss://")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            return JournalStorage(JournalRedisBackend(url))
    if Path(url).is_file():
        if not _is_sqlite(Path(url)):
            return JournalStorage(JournalFileBackend(url))
        url = f"sqlite:///{url}"
    elif "://" not in url:
        raise UserError(
            f"--storage: expected the path of a file or a URL such as sqlite:///nas.db, got "
            f"'{url}', which is neither."
        )
    # Connecting to a SQLite file that does not exist would create it.
    address = make_url(url)
    path = address.database if address.get_backend_name() == "sqlite" else None
    if path and not Path(path.removeprefix("file:").partition("?")[0]).is_file():
        raise UserError(f"--storage: expected a file that exists, got '{path}'.")
    return RDBStorage(url, skip_table_creation=True)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER


def _unreadable(url: str, error: Exception) -> str:
    """Why a storage can't be read, without the password that its URL may hold."""
    masked = re.sub(r"://(.*?):.*@", r"://\1:***@", url)
    masked = re.sub(r"(password|passwd|pwd)=[^&]*", r"\1=***", masked, flags=re.IGNORECASE)
    reason, *_ = str(error.__cause__ or error).replace(url, masked).splitlines() or [""]
    return (
        f"--storage: expected a storage of Optuna that can be read, got '{masked}': "
        f"{type(error.__cause__ or error).__name__}: {reason}"
    )
