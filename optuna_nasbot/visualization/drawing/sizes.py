"""How large layers, junctions and bends are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

from optuna_nasbot.visualization.drawing.captions import Caption
from optuna_nasbot.visualization.drawing.labels import text_width

FONT_SIZES = (12.0, 10.0)
"""Of the first line in a box and of the one below, in pixels."""
LINE_HEIGHT = 14.0
PADDING = 4.0

_MASS_WIDTH = 50.0
"""How much wider than a layer without mass the heaviest one is."""
_JUNCTION_SIZE = 8.0


@dataclass(frozen=True)
class Sizes:
    """The sizes of the nodes of a drawing, in pixels.

    Args:
        boxes: The widths of the layers.
        box_height: Their height.
        origins: For each node the layer or junction whose output passes it (see `Rows`).
    """

    boxes: tuple[float, ...]
    box_height: float
    origins: tuple[int, ...]

    def is_box(self, node: int) -> bool:
        """Whether a node is a layer."""
        return node < len(self.boxes)

    def is_bend(self, node: int) -> bool:
        """Whether a node is a bend of a wire."""
        return self.origins[node] != node

    def width(self, node: int) -> float:
        """The width of a node."""
        if self.is_box(node):
            return self.boxes[node]
        return 0.0 if self.is_bend(node) else _JUNCTION_SIZE

    def row_height(self, row: Sequence[int]) -> float:
        """The height of a row of nodes."""
        if any(map(self.is_box, row)):
            return self.box_height
        return 0.0 if all(map(self.is_bend, row)) else _JUNCTION_SIZE

    def with_origins(self, origins: tuple[int, ...]) -> Sizes:
        """The same for more bends."""
        return replace(self, origins=origins)


def sizes_of(texts: Sequence[Caption], origins: tuple[int, ...]) -> Sizes:
    """Sizes in which all labels fit and widths grow with the logarithm of the mass."""
    lines = [
        text_width(line, size)
        for text in texts
        for line, size in zip(text.lines, FONT_SIZES, strict=False)
    ]
    least_width = max(lines) + 2 * PADDING
    heaviest = max(text.mass for text in texts)
    unit = _MASS_WIDTH / math.log1p(heaviest) if heaviest else 0.0
    return Sizes(
        boxes=tuple(least_width + unit * math.log1p(text.mass) for text in texts),
        box_height=max(len(text.lines) for text in texts) * LINE_HEIGHT + 2 * PADDING,
        origins=origins,
    )
