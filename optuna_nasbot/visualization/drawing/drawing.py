"""The drawing of a network as plain data, which SVG and plotly figures are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]
"""x to the right and y downwards, in pixels."""


@dataclass(frozen=True)
class Box:
    """A layer.

    Args:
        layer: The index of the layer.
        x: Its left edge.
        y: Its upper edge.
        width: Its width, which grows with the logarithm of the mass of the layer.
        height: Its height.
        group: What the layer is coloured by.
        lines: The label, and below it the size of the image where there is one.
        details: More lines, shown on hovering the box.
    """

    layer: int
    x: float
    y: float
    width: float
    height: float
    group: str
    lines: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True)
class Junction:
    """A point where several outputs meet, all of which go to the same several layers.

    Args:
        node: Its number, from the number of layers on.
        x: Its centre.
        y: Its centre.
    """

    node: int
    x: float
    y: float


@dataclass(frozen=True)
class Wire:
    """All ways of one output: a line that branches where it passes layers that take it.

    Args:
        start: The layer or junction that it comes from.
        ends: The layers and junctions that it leads to.
        paths: Its pieces, each a sequence of points.
    """

    start: int
    ends: tuple[int, ...]
    paths: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """A network from top to bottom, in several columns where it is long.

    Args:
        title: What the network is, in a line.
        boxes: The layers, in their order.
        junctions: Points between layers that stand for several edges each.
        wires: The edges. Those that leave one layer share a line as far as they go together.
        groups: The groups of the layers and their colours, for a legend.
        width: Width of all of it.
        height: Height of all of it.
    """

    title: str
    boxes: tuple[Box, ...]
    junctions: tuple[Junction, ...]
    wires: tuple[Wire, ...]
    groups: Mapping[str, str]
    width: float
    height: float


def control_points(start: Point, end: Point) -> tuple[Point, Point]:
    """The inner points of the cubic curve that joins two points of a path.

    It is vertical at both ends, and straight between points above or beside each other.
    """
    middle = (start[1] + end[1]) / 2
    return (start[0], middle), (end[0], middle)
