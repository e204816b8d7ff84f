"""What keeps a network out of a space."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """A limit that a network breaks: its name, its value, and what the network has instead."""

    limit: str
    allowed: float | str
    found: float | str

    def __str__(self) -> str:
        return f"{self.limit}={_text(self.allowed)}, but the network has {_text(self.found)}"


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,g}"
