"""Labels: what may stand in them, and how much room they take."""

from __future__ import annotations

import unicodedata

_MAX_CHARACTERS = 24


def printable(text: str) -> str:
    """The text in one line, without characters that no document may have."""
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "\ufffd"


def shortened(text: str, most: int = _MAX_CHARACTERS) -> str:
    """The text; of one longer than `most` its start and its end, where a layer's units stand."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[: half - 1]}…{text[-half:]}"


def text_width(text: str, size: float) -> float:
    """Width of a line of text in a common sans-serif font, rather too much than too little.

    Args:
        text: The line.
        size: The size of the font, in pixels.

    Returns:
        The width in pixels.
    """
    return size * sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.1
    if character in "mwMW@%&…—" or ord(character) > 0x24F:
        return 1.0
    if character in "fijlrt.,:;|!'()[]/- ":
        return 0.36
    return 0.74 if character.isupper() else 0.58
