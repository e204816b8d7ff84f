"""Files that are damaged, or gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from optuna_nasbot.distance.checksums import remove_damaged
from optuna_nasbot.distance.checksums import write_checksums


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three files with their checksums."""
    paths = [tmp_path / name for name in ("a.nbc", "b.nbc", "c.nbc")]
    for path in paths:
        path.write_bytes(b"compiled " + path.name.encode())
    write_checksums(paths)
    return paths


def test_sound_files_stay_and_damaged_ones_go(files: list[Path]) -> None:
    files[0].write_bytes(b"")
    files[1].with_name("b.nbc.sha256").unlink()
    remove_damaged(files)
    assert [file.exists() for file in files] == [False, False, True]


def test_files_that_another_process_has_removed_are_no_error(files: list[Path]) -> None:
    files[0].unlink()
    remove_damaged(files)
    write_checksums(files)
    assert [file.exists() for file in files] == [False, True, True]
