"""The drawing that notebooks show of a network, made by a function that is registered here.

The code that draws imports architectures, so architectures can't import it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Drawing = Callable[[Any], str]
"""(`Architecture`) -> its drawing as SVG."""

_drawing: Drawing | None = None


def draw_in_notebooks(drawing: Drawing) -> None:
    """Have notebooks show networks as the function draws them."""
    global _drawing
    _drawing = drawing


def notebook_svg(architecture: Any) -> str | None:
    """The drawing of an `Architecture` as SVG; None if no function is registered."""
    return None if _drawing is None else _drawing(architecture)
