"""The exception for architectures, and how messages show a value."""

from __future__ import annotations

import reprlib


class ArchitectureError(ValueError):
    """An architecture is impossible, damaged, of an unknown or wrong kind, or not of a space.

    The message says where, what was expected and what came.
    """


_MAX_CHARACTERS = 200
_REPR = reprlib.Repr()
_REPR.maxother = 80  # the default of 30 would cut the repr of an Architecture


def shown(value: object) -> str:
    """A short text for any value; a whole number too long for Python to print is only named."""
    try:
        text = _REPR.repr(value)
    except ValueError:
        return f"a huge {type(value).__name__}"
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 3]}..."
