"""Where the entries of a legend go."""

from __future__ import annotations

from collections.abc import Sequence


def in_legend(widths: Sequence[float], limit: float) -> list[tuple[float, int]]:
    """Put entries in rows, as many in each as fit.

    Args:
        widths: The width of each entry, with the space to the next one.
        limit: The width of a row.

    Returns:
        For each entry its left edge and its row.
    """
    places = []
    x, row = 0.0, 0
    for width in widths:
        if x and x + width > limit:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += width
    return places
