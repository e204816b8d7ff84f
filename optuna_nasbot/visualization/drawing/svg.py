"""A drawing as SVG."""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from xml.etree import ElementTree

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.visualization.drawing.colours import INK
from optuna_nasbot.visualization.drawing.colours import PAPER
from optuna_nasbot.visualization.drawing.colours import WIRE
from optuna_nasbot.visualization.drawing.colours import tint
from optuna_nasbot.visualization.drawing.drawing import Box
from optuna_nasbot.visualization.drawing.drawing import Point
from optuna_nasbot.visualization.drawing.drawing import Wire
from optuna_nasbot.visualization.drawing.drawing import control_points
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import text_width
from optuna_nasbot.visualization.drawing.layout import draw
from optuna_nasbot.visualization.drawing.legend import in_legend
from optuna_nasbot.visualization.drawing.sizes import FONT_SIZES
from optuna_nasbot.visualization.drawing.sizes import LINE_HEIGHT
from optuna_nasbot.visualization.drawing.sizes import PADDING

_MARGIN = 16.0
_HEAD = 26.0
_LEGEND_ROW = 18.0
_SWATCH = 12.0
_LINE_CHARACTERS = 80


class Svg(str):
    """An SVG document: a string, whose drawing notebooks show."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def to_svg(
    architecture: Architecture,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> Svg:
    """Draw a network as SVG, for web pages, READMEs, slides and notebooks.

    The drawing stands alone and has its own light background, so it can be read on any other.
    Hovering a layer shows its mass and, where they are counted, its parameters.

    Args:
        architecture: The network.
        image_size: Side of the images in pixels; without it the drawing says by how much images
            have shrunk. Only for networks that work on images.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes.

    Returns:
        The document, a `str` whose drawing notebooks show.

    Raises:
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        ValueError: A size is out of range, or `image_size` is given and the network has no images.
        ArchitectureError: `inputs` and `outputs` are given and the network is a cell.
    """
    drawing = draw(architecture, image_size=image_size, inputs=inputs, outputs=outputs)
    entries = [_SWATCH + 15.0 + text_width(group, FONT_SIZES[0]) for group in drawing.groups]
    title_width = 1.1 * text_width(drawing.title, FONT_SIZES[0])  # it is bold
    inner = max(drawing.width, title_width, *entries)
    legend = in_legend(entries, inner)
    top = _MARGIN + _HEAD + _LEGEND_ROW * (1 + legend[-1][1]) + 10.0
    svg = _paper(inner + 2 * _MARGIN, top + drawing.height + _MARGIN)
    title = _add(svg, "text", x=_MARGIN, y=_MARGIN + 12.0)
    title.set("font-weight", "bold")
    title.text = drawing.title
    for (x, row), (group, colour) in zip(legend, drawing.groups.items(), strict=True):
        _add_entry(svg, _MARGIN + x, _MARGIN + _HEAD + _LEGEND_ROW * row, group, colour)
    body = _add(svg, "g")
    left = _MARGIN + (inner - drawing.width) / 2
    body.set("transform", f"translate({left:.1f} {top:.1f})")
    for wire in drawing.wires:
        _add(body, "path", d=_wire(wire), fill="none", stroke=WIRE)
    for junction in drawing.junctions:
        _add(body, "circle", cx=junction.x, cy=junction.y, r="3.5", fill=WIRE)
    for box in drawing.boxes:
        _add_box(body, box, drawing.groups[box.group])
    return Svg(ElementTree.tostring(svg, encoding="unicode"))


def text_as_svg(title: str, text: str) -> Svg:
    """A title and a text below it as SVG, to stand where a drawing can't be made."""
    lines = [
        printable(line)
        for line in (title, *wrap(text, _LINE_CHARACTERS, max_lines=10, break_on_hyphens=False))
    ]
    width = 1.1 * max(text_width(line, FONT_SIZES[0]) for line in lines)
    svg = _paper(width + 2 * _MARGIN, _LEGEND_ROW * len(lines) + 2 * _MARGIN)
    for index, line in enumerate(lines):
        _add(svg, "text", x=_MARGIN, y=_MARGIN + 12.0 + _LEGEND_ROW * index).text = line
    svg[1].set("font-weight", "bold")
    return Svg(ElementTree.tostring(svg, encoding="unicode"))


def _paper(width: float, height: float) -> ElementTree.Element:
    """An empty document."""
    svg = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "font-family": "Helvetica, Arial, 'Liberation Sans', sans-serif",
            "font-size": f"{FONT_SIZES[0]:g}",
            "fill": INK,
        },
    )
    _add(svg, "rect", width="100%", height="100%", rx="8", fill=PAPER)
    return svg


def _add_entry(parent: ElementTree.Element, x: float, y: float, group: str, colour: str) -> None:
    _add(parent, "rect", x=x, y=y, width=_SWATCH, height=_SWATCH, rx="2", **_fill(colour))
    _add(parent, "text", x=x + _SWATCH + 5.0, y=y + 10.0).text = group


def _add_box(parent: ElementTree.Element, box: Box, colour: str) -> None:
    group = _add(parent, "g")
    _add(group, "title").text = "\n".join(box.details)
    middle = box.x + box.width / 2
    if box.layer:
        head = f"M{middle - 4:.1f} {box.y - 6:.1f}h8l-4 6z"
        _add(group, "path", d=head, fill=WIRE)
    _add(
        group,
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx="4",
        **_fill(colour),
    )
    first = box.y + (box.height - LINE_HEIGHT * len(box.lines)) / 2 + PADDING
    for index, (line, size) in enumerate(zip(box.lines, FONT_SIZES, strict=False)):
        text = _add(group, "text", x=middle, y=first + LINE_HEIGHT * index + size / 2)
        text.set("text-anchor", "middle")
        text.set("font-size", f"{size:g}")
        text.text = line


def _fill(colour: str) -> dict[str, str]:
    return {"fill": tint(colour, 0.25), "stroke": colour}


def _wire(wire: Wire) -> str:
    pieces = []
    for path in wire.paths:
        pieces.append(f"M{_point(path[0])}")
        for start, end in pairwise(path):
            points = " ".join(map(_point, (*control_points(start, end), end)))
            pieces.append(f"L{_point(end)}" if start[0] == end[0] else f"C{points}")
    return "".join(pieces)


def _point(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _add(parent: ElementTree.Element, tag: str, **attributes: str | float) -> ElementTree.Element:
    texts = {
        name: value if isinstance(value, str) else f"{value:.1f}"
        for name, value in attributes.items()
    }
    return ElementTree.SubElement(parent, tag, texts)
