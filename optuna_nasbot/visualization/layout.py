"""A layered drawing of a network: layers in rows, wires around the layers that they skip."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.visualization.captions import captions
from optuna_nasbot.visualization.captions import headline
from optuna_nasbot.visualization.colours import groups_of
from optuna_nasbot.visualization.columns import Columns
from optuna_nasbot.visualization.columns import in_columns
from optuna_nasbot.visualization.drawing import Box
from optuna_nasbot.visualization.drawing import Drawing
from optuna_nasbot.visualization.drawing import Junction
from optuna_nasbot.visualization.drawing import Point
from optuna_nasbot.visualization.drawing import Wire
from optuna_nasbot.visualization.labels import text_width
from optuna_nasbot.visualization.placement import placed
from optuna_nasbot.visualization.rows import Rows
from optuna_nasbot.visualization.rows import in_rows

FONT_SIZES = (12.0, 10.0)
"""Of the first line in a box and of those below."""
LINE_HEIGHT = 14.0
PADDING = 4.0

_MASS_WIDTH = 50.0
"""How much wider than a layer without mass the heaviest one is."""
_JUNCTION_SIZE = 8.0
_BESIDE = 12.0
"""Least distance of neighbours in a row."""
_BELOW = (17.0, 34.0)
"""Least and largest distance of rows."""
_TRACK = 9.0
"""Distance of wires that lead from column to column."""
_GUTTER = 16.0
"""Distance of these wires to the columns."""
_TALL = 660.0
"""A drawing is folded into columns of about this height at most, ..."""
_WIDE = 1250.0
"""... as long as they are not wider than this together."""
_STRAIGHTNESS = (4.0, 1.0, 16.0)
"""How much it counts that a link is vertical, by how many of its ends are bends."""
_NEIGHBOURS = 0.1
"""How much it counts that neighbours in a row are close."""
_TILT = 1e-4


@dataclass(frozen=True)
class _Sizes:
    """Widths of the boxes, their height, and for each node where it comes from (see `Rows`)."""

    boxes: tuple[float, ...]
    height: float
    origins: tuple[int, ...]

    def is_bend(self, node: int) -> bool:
        return self.origins[node] != node

    def width(self, node: int) -> float:
        if node < len(self.boxes):
            return self.boxes[node]
        return 0.0 if self.is_bend(node) else _JUNCTION_SIZE

    def row_height(self, row: Sequence[int]) -> float:
        if min(row) < len(self.boxes):
            return self.height
        return 0.0 if all(map(self.is_bend, row)) else _JUNCTION_SIZE


def draw(
    architecture: Architecture,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> Drawing:
    """Draw a network from top to bottom (Sugiyama et al. 1981; Gansner et al. 1993).

    Boxes are as wide as the logarithm of the mass of their layer has it. The output of a layer is
    one line, which branches at the layers that take it and passes beside those that it skips.
    Layers with the same parents, several of each, take them from a junction. What would be much
    taller than wide goes on in a second column and so on.

    Args:
        architecture: The network.
        image_size: Side of the images in pixels; without it the drawing says by how much images
            have shrunk. Only for networks that work on images.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes.

    Returns:
        The drawing, the same for equal networks.

    Raises:
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        ValueError: A number is too small, or the network has no image that `image_size` could be
            the size of.
        ArchitectureError: `inputs` and `outputs` are given and the network is a cell.
    """
    texts = captions(architecture, image_size=image_size, inputs=inputs, outputs=outputs)
    lines = max(len(text.lines) for text in texts)
    label_width = max(
        text_width(line, size)
        for text in texts
        for line, size in zip(text.lines, FONT_SIZES, strict=False)
    )
    masses = layer_masses(architecture)
    heaviest = math.log1p(max(masses)) or 1.0
    widths = tuple(
        label_width + 2 * PADDING + _MASS_WIDTH * math.log1p(mass) / heaviest for mass in masses
    )
    height = lines * LINE_HEIGHT + 2 * PADDING
    rows = in_rows(architecture)
    columns = in_columns(rows, _n_columns(rows, _Sizes(widths, height, rows.origins)))
    sizes = _Sizes(widths, height, columns.origins)
    places, (total_width, total_height) = _places(columns, sizes)
    boxes = tuple(
        Box(
            layer=layer,
            x=places[layer].x - widths[layer] / 2,
            y=places[layer].top,
            width=widths[layer],
            height=height,
            group=text.group,
            lines=text.lines,
            details=text.details,
        )
        for layer, text in enumerate(texts)
    )
    junctions = tuple(
        Junction(node, places[node].x, places[node].middle)
        for node in range(len(boxes), len(rows.origins))
        if not sizes.is_bend(node)
    )
    return Drawing(
        title=headline(architecture, texts),
        boxes=boxes,
        junctions=junctions,
        wires=_wires(columns, places, sizes),
        groups=groups_of(architecture),
        width=total_width,
        height=total_height,
    )


@dataclass(frozen=True)
class _Place:
    """Where a node is: its centre, and the upper and lower edge of its row."""

    x: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _n_columns(rows: Rows, sizes: _Sizes) -> int:
    """Into how many columns a network is folded, told from its widest row and a guess of gaps."""
    height = sum(sizes.row_height(row) + 1.2 * _BELOW[0] for row in rows.rows)
    width = max(sum(sizes.width(node) + _BESIDE for node in row) for row in rows.rows)
    return max(1, min(math.ceil(height / _TALL), int(_WIDE / width)))


def _places(columns: Columns, sizes: _Sizes) -> tuple[dict[int, _Place], tuple[float, float]]:
    """The place of each node, and the width and height of all."""
    top = _tracks(max(map(len, columns.turns), default=0))
    left, height = 0.0, 0.0
    places: dict[int, _Place] = {}
    for index, column in enumerate(columns.columns):
        links = [link for link in columns.links if link[0] in {n for row in column for n in row}]
        x = _across(column, links, sizes)
        left -= min(x[node] - sizes.width(node) / 2 for node in x)
        y = top
        for row in column:
            bottom = y + sizes.row_height(row)
            places |= {node: _Place(left + x[node], y, bottom) for node in row}
            reach = max((abs(x[i] - x[j]) for i, j in links if i in row), default=0.0)
            y = bottom + min(_BELOW[0] + reach / 12, _BELOW[1])
        right = max(places[node].x + sizes.width(node) / 2 for node in x)
        n_turns = len(columns.turns[index]) if index < len(columns.turns) else 0
        height = max(height, bottom + _tracks(n_turns))
        left = right + (2 * _GUTTER + _TRACK * (n_turns - 1) if n_turns else 0.0)
    return places, (left, height)


def _tracks(n: int) -> float:
    return _GUTTER + _TRACK * (n - 1) if n else 0.0


def _across(
    column: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], sizes: _Sizes
) -> dict[int, float]:
    """The centres of the nodes of a column: links as vertical as neighbours allow.

    Of all best solutions it takes the middle one: the mean of the outermost.
    """
    number = {node: k for k, node in enumerate(node for row in column for node in row)}
    pulls = [
        (number[i], number[j], _STRAIGHTNESS[sizes.is_bend(i) + sizes.is_bend(j)])
        for i, j in links
    ]
    gaps = []
    for row in column:
        for i, j in pairwise(row):
            gap = (sizes.width(i) + sizes.width(j)) / 2 + _BESIDE
            gaps.append((number[i], number[j], gap))
            pulls.append((number[i], number[j], _NEIGHBOURS))
    leftmost, rightmost = (placed(len(number), pulls, gaps, tilt) for tilt in (_TILT, -_TILT))
    middle = (leftmost + rightmost) / 2
    return {node: float(middle[k]) for node, k in number.items()}


def _wires(columns: Columns, places: dict[int, _Place], sizes: _Sizes) -> tuple[Wire, ...]:
    paths: defaultdict[int, list[tuple[Point, ...]]] = defaultdict(list)
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in columns.links:
        origin = columns.origins[start]
        paths[origin].append((*_out_of(start, places, sizes), *_into(end, places, sizes)))
        if not sizes.is_bend(end):
            ends[origin].append(end)
    for index, turn in enumerate(columns.turns):
        right = max(
            places[node].x + sizes.width(node) / 2
            for row in columns.columns[index]
            for node in row
        )
        for track, (start, end) in enumerate(turn):
            inner, outer = len(turn) - 1 - track, track
            lane = right + _GUTTER + _TRACK * inner
            below = places[start].bottom + _GUTTER + _TRACK * inner
            above = places[end].top - _GUTTER - _TRACK * outer
            x, last = places[start].x, places[end].x
            around = ((x, below), (lane, below), (lane, above), (last, above))
            path = (*_out_of(start, places, sizes), *around, *_into(end, places, sizes))
            paths[columns.origins[start]].append(path)
    return tuple(
        Wire(origin, tuple(sorted(ends[origin])), tuple(paths[origin])) for origin in paths
    )


def _out_of(node: int, places: dict[int, _Place], sizes: _Sizes) -> tuple[Point, ...]:
    place = places[node]
    below = (place.x, place.bottom)
    is_junction = node >= len(sizes.boxes) and not sizes.is_bend(node)
    return ((place.x, place.middle), below) if is_junction else (below,)


def _into(node: int, places: dict[int, _Place], sizes: _Sizes) -> tuple[Point, ...]:
    place = places[node]
    above = (place.x, place.top)
    if node < len(sizes.boxes):
        return (above,)
    return (above, (place.x, place.bottom if sizes.is_bend(node) else place.middle))
