"""Mistakes that a user can mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """What was expected, what came and what to do: shown in one line, without a traceback."""


@contextmanager
def reported_to_user(*errors: type[Exception]) -> Iterator[None]:
    """Turn errors of the package, whose messages are meant for users, into a `UserError`."""
    try:
        yield
    except errors as error:
        raise UserError(str(error)) from error
