"""The one exception of architecture graphs, and how its messages show a value."""

from __future__ import annotations

import reprlib


class ArchitectureError(ValueError):
    """A graph that is not a network: the message says where, what was expected and what came."""


_MAX_CHARACTERS = 200
_REPR = reprlib.Repr()
_REPR.maxother = 80  # of 30, which cut the line that an architecture is


def shown(value: object) -> str:
    """A short text of any value; whole numbers too long for Python to print are named as such."""
    try:
        text = _REPR.repr(value)
    except ValueError:
        return f"a huge {type(value).__name__}"
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 3]}..."
