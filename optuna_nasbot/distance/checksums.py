"""Files with a checksum beside them, so that damaged ones are not read.

A crash or a full disk leaves files with parts that are missing or all zeros. Compiled code from
such a file may crash the process, which Python can't catch as an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["remove_damaged", "write_checksums"]


def remove_damaged(files: Iterable[Path]) -> None:
    """Remove the files whose checksum is wrong or missing.

    Raises:
        OSError: A file can't be read or removed.
    """
    for file in files:
        if not _is_sound(file):
            file.unlink(missing_ok=True)


def write_checksums(files: Iterable[Path]) -> None:
    """Write the checksum of each file beside it.

    Raises:
        OSError: A file can't be read, or a checksum not be written.
    """
    for file in files:
        with suppress(FileNotFoundError):  # another process has removed it
            _beside(file).write_bytes(_of_content(file))


def _is_sound(file: Path) -> bool:
    try:
        return _beside(file).read_bytes() == _of_content(file)
    except FileNotFoundError:  # no checksum, or another process has just removed the file
        return False


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _of_content(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).hexdigest().encode()
