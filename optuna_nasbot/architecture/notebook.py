"""What notebooks show of a network: a drawing, made by a function that comes from above.

Drawings import architectures, so that architectures can't import them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Drawing = Callable[[Any], str]
"""(`Architecture`) -> its drawing as SVG."""

_drawing: Drawing | None = None


def draw_in_notebooks(drawing: Drawing) -> None:
    """Have notebooks show networks as a function draws them."""
    global _drawing
    _drawing = drawing


def notebook_svg(architecture: Any) -> str | None:
    """The drawing of an `Architecture` as SVG; None where nothing draws."""
    return None if _drawing is None else _drawing(architecture)
