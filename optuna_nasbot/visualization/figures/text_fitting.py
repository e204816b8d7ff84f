"""How the texts of a figure stay whole and apart, whatever its data and names are.

Numbers below an axis are turned by 90 degrees where they would touch, which plotly decides for the
width that it draws at. Names and sentences, which plotly neither shortens nor breaks, are made to
fit the narrowest figure of a report.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.labels import text_width

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NARROWEST = 500.0
"""Width in pixels of the narrowest figure whose texts are whole and apart."""

TITLE_SIZE = 17.0
AXIS_TITLE_SIZE = 14.0
LABEL_SIZE = 12.0
"""Sizes of plotly's fonts, in pixels."""

_BELOW_CORNER = 6
"""Pixels, so that numbers below an axis don't touch the lowest one at its left."""


def with_numbers_apart(figure: Figure) -> Figure:
    """The figure, whose numbers at the axes never touch, and have the room that they need."""
    figure.update_xaxes(autotickangles=[0, 90], automargin=True, ticklabelstandoff=_BELOW_CORNER)
    figure.update_yaxes(automargin=True)
    return figure


def axis_text(text: str) -> str:
    """A text escaped for plotly, which would otherwise read the tags in it."""
    return html.escape(text, quote=False)


def fitted(text: str, width: float, size: float) -> str:
    """The text in one line, with an ellipsis in its middle where it is too wide.

    Args:
        text: The text.
        width: How wide it may be, in pixels.
        size: The size of its font, in pixels.
    """
    line = printable(text)
    most = min(len(line), int(width))  # no character is narrower than a pixel
    while text_width(shortened(line, most), size) > width and most > 4:
        most -= 1
    return shortened(line, most)


def in_lines(text: str, width: float, size: float) -> str:
    """The text as plotly shows it, broken between words into lines that are not too wide.

    Args:
        text: The text.
        width: How wide lines may be, in pixels; wider words are shortened.
        size: The size of its font, in pixels.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fitted(word, width, size))
    return "<br>".join(axis_text(line) for line in lines if line)
