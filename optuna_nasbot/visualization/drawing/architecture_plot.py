"""A drawing as a plotly figure."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from optuna.trial import BaseTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.visualization.drawing.colours import INK
from optuna_nasbot.visualization.drawing.colours import PAPER
from optuna_nasbot.visualization.drawing.colours import WIRE
from optuna_nasbot.visualization.drawing.colours import tint
from optuna_nasbot.visualization.drawing.drawing import Box
from optuna_nasbot.visualization.drawing.drawing import Drawing
from optuna_nasbot.visualization.drawing.drawing import Point
from optuna_nasbot.visualization.drawing.drawing import control_points
from optuna_nasbot.visualization.drawing.labels import text_width
from optuna_nasbot.visualization.drawing.layout import draw
from optuna_nasbot.visualization.drawing.legend import in_legend
from optuna_nasbot.visualization.drawing.sizes import FONT_SIZES
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly import graph_objects as go

_TITLE_SIZE = 15.0
_MARGIN = 16
_BAR = 30
"""Height of the buttons that plotly shows above a figure."""
_TITLE = 28
_LEGEND_ROW = 30
_LEGEND_SYMBOL = 48.0
_PAD = 4.0
"""Around the drawing, so that the outermost lines are not cut off."""
_CURVE = np.linspace(0.0, 1.0, 13)[1:, None]


def plot_architecture(
    architecture: Architecture | BaseTrial,
    name: str | None = None,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> go.Figure:
    """Draw a network as a plotly figure: layers from top to bottom, coloured by their group.

    The width of a box grows with the logarithm of the mass of its layer. Labels have the units,
    the stride and, for images, the size after the layer.

    Args:
        architecture: The network, or a trial that carries it.
        name: The name that the trial's objective suggested it under; None with a network.
        image_size: Side of the images in pixels; without it the drawing says by how much images
            have shrunk. Only for networks that work on images.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes.

    Returns:
        The figure.

    Raises:
        ImportError: plotly is not installed.
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        KeyError: The trial carries no network of this name.
        ValueError: The name is empty or has a colon, a size is out of range, or `image_size` is
            given and the network has no images.
        ArchitectureError: The network that the trial carries can't be read; or `inputs` and
            `outputs` are given and the network is a cell.
    """
    go = plotly_graph_objects()
    network = _network(architecture, name)
    drawing = draw(network, image_size=image_size, inputs=inputs, outputs=outputs)
    figure = go.Figure(layout=_layout(drawing))
    x, y = _curves(drawing)
    line = {"color": WIRE, "width": 1}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    _add_points(figure, drawing)
    for group, colour in drawing.groups.items():
        _add_boxes(figure, [box for box in drawing.boxes if box.group == group], group, colour)
    return figure


def _layout(drawing: Drawing) -> dict[str, Any]:
    """The layout of a figure in which a pixel is one of the drawing, so that labels fit."""
    entries = [_LEGEND_SYMBOL + text_width(group, FONT_SIZES[0]) for group in drawing.groups]
    width = max(drawing.width, text_width(drawing.title, _TITLE_SIZE), *entries) + 2 * _PAD
    height = drawing.height + 2 * _PAD
    middle = drawing.width / 2
    top = _BAR + _TITLE + _LEGEND_ROW * (1 + in_legend(entries, width)[-1][1])
    return {
        "title": {
            "text": _escaped(drawing.title),
            "font_size": _TITLE_SIZE,
            "x": 0.0,
            "xref": "paper",
            "y": 1 - (_BAR + _TITLE / 2) / (top + height + _MARGIN),
            "yanchor": "middle",
        },
        "width": round(width) + 2 * _MARGIN,
        "height": round(height) + top + _MARGIN,
        "margin": {"l": _MARGIN, "r": _MARGIN, "t": top, "b": _MARGIN},
        "xaxis": {"visible": False, "range": (middle - width / 2, middle + width / 2)},
        "yaxis": {"visible": False, "range": (height - _PAD, -_PAD)},
        "legend": {"orientation": "h", "x": 0.0, "y": 1.0, "yanchor": "bottom"},
        "font": {"color": INK},
        "plot_bgcolor": PAPER,
        "paper_bgcolor": PAPER,
        "hovermode": "closest",
        "hoverdistance": 40,
        "dragmode": "pan",
    }


def _network(architecture: Architecture | BaseTrial, name: str | None) -> Architecture:
    if isinstance(architecture, Architecture):
        if name is not None:
            raise TypeError(
                f"name: expected None, since an architecture was given and no trial, got {name!r}."
            )
        return architecture
    if not isinstance(architecture, BaseTrial):
        raise TypeError(
            f"architecture: expected an Architecture or an Optuna trial, got {architecture!r}."
        )
    if name is None:
        raise TypeError(
            "name: expected the name that the trial's architecture was suggested under, got None."
        )
    carried = read_architecture(architecture.user_attrs, name)
    if carried is None:
        raise KeyError(
            f"name: the trial carries no architecture '{name}'. "
            f"Its user attributes are {sorted(architecture.user_attrs)}."
        )
    return carried


def _curves(drawing: Drawing) -> tuple[list[float | None], list[float | None]]:
    """The points of all wires; None between pieces that don't go on from each other."""
    x: list[float | None] = []
    y: list[float | None] = []
    for wire in drawing.wires:
        for path in wire.paths:
            points = [path[0]]
            for start, end in pairwise(path):
                points += [end] if start[0] == end[0] else _curve(start, end)
            x += [*(point[0] for point in points), None]
            y += [*(point[1] for point in points), None]
    return x, y


def _curve(start: Point, end: Point) -> list[Point]:
    """Points on the cubic curve (Bernstein polynomials), the first one left out."""
    points = np.array([start, *control_points(start, end), end])
    t = _CURVE
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return [(float(x), float(y)) for x, y in weights @ points]


def _add_points(figure: go.Figure, drawing: Drawing) -> None:
    """Arrow heads and junctions."""
    heads = [(box.x + box.width / 2, box.y - 3.0) for box in drawing.boxes if box.layer]
    dots = [(junction.x, junction.y) for junction in drawing.junctions]
    for points, symbol, size in ((heads, "triangle-down", 7), (dots, "circle", 7)):
        if points:
            x, y = zip(*points, strict=True)
            figure.add_scatter(
                x=x,
                y=y,
                mode="markers",
                marker={"symbol": symbol, "size": size, "color": WIRE},
                hoverinfo="skip",
                showlegend=False,
            )


def _add_boxes(figure: go.Figure, boxes: list[Box], group: str, colour: str) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for box in boxes:
        right, bottom = box.x + box.width, box.y + box.height
        x += [box.x, right, right, box.x, box.x, None]
        y += [box.y, box.y, bottom, bottom, box.y, None]
    figure.add_scatter(
        x=x,
        y=y,
        name=_escaped(group),
        legendgroup=group,
        mode="lines",
        fill="toself",
        fillcolor=tint(colour, 0.25),
        line={"color": colour, "width": 1},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[box.x + box.width / 2 for box in boxes],
        y=[box.y + box.height / 2 for box in boxes],
        legendgroup=group,
        showlegend=False,
        mode="text",
        text=["<br>".join(map(_line, box.lines, FONT_SIZES)) for box in boxes],
        hovertext=["<br>".join(map(_escaped, box.details)) for box in boxes],
        hoverinfo="text",
        hoverlabel={"bgcolor": tint(colour, 0.25), "bordercolor": colour, "font_color": INK},
        textfont={"size": FONT_SIZES[0], "color": INK},
    )


def _line(text: str, size: float) -> str:
    return f"<span style='font-size:{size:g}px'>{_escaped(text)}</span>"


def _escaped(text: str) -> str:
    return escape(text, quote=False)  # plotly shows the names of quotation marks as they are
