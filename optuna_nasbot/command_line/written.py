"""Files that commands write."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from optuna_nasbot.command_line.user_error import UserError


def check_writable(paths: list[Path], *, force: bool) -> None:
    """Check that files may be written, before much work is done for them.

    Raises:
        UserError: One exists and is not to be replaced.
    """
    for path in paths:
        if path.is_dir():
            raise UserError(f"--out: expected no folder at '{path}'. Choose another place.")
        if path.exists() and not force:
            raise UserError(
                f"--out: expected nothing at '{path}' yet, got a file. "
                f"Choose another place, or pass --force to replace it."
            )


def write(files: Mapping[Path, str]) -> None:
    """Write texts, making the folders that are missing, and say so.

    Raises:
        UserError: The system refused.
    """
    for path, text in files.items():
        with _reported(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        print(f"Wrote {path} ({len(text.encode()):,} bytes).")


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        UserError: The system refused.
    """
    with _reported(path):
        path.unlink(missing_ok=True)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"--out: expected a place to write to, got '{path}': {error.strerror}."
        ) from error
