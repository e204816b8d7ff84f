"""How wide a text is at most, without asking a font."""

from __future__ import annotations

import unicodedata


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
    if unicodedata.east_asian_width(character) in "WF" or not character.isprintable():
        return 1.1
    if character in "mwMW@%&…—" or ord(character) > 0x24F:
        return 1.0
    if character in "fijlrt.,:;|!'()[]/- ":
        return 0.36
    return 0.74 if character.isupper() else 0.58
