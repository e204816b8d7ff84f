"""Warnings that stop nothing."""

from __future__ import annotations

import warnings

import pytest

from optuna_nasbot.distance.soft_warning import warn_softly


def test_a_warning() -> None:
    with pytest.warns(RuntimeWarning, match="slower"):
        warn_softly("slower", stacklevel=1)


def test_a_warning_that_is_an_error_is_logged(messages: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_softly("slower", stacklevel=1)
    assert messages == ["slower"]


def test_a_warning_that_can_not_be_shown_is_logged(
    messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*arguments: object, **options: object) -> None:
        raise ValueError("I/O operation on closed file.")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", closed)
        warn_softly("slower", stacklevel=1)
    assert messages == ["slower"]
