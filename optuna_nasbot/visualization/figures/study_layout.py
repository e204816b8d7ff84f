"""What the figures of studies have in common: titles, legends, and texts shown on hovering."""

from __future__ import annotations

import html
from textwrap import wrap
from typing import TYPE_CHECKING
from typing import Any

import optuna
from optuna.trial import FrozenTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import text_width
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import NARROWEST
from optuna_nasbot.visualization.figures.text_fitting import TITLE_SIZE
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import in_lines
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects
from optuna_nasbot.visualization.trial_facts import trial_parameters

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GOOD = "#1f77b4"
LIGHT = "#9ecae1"
BAD = "#d62728"
BEST = "#ff7f0e"
NEUTRAL = "#7f7f7f"

_MAX_LINES = 24
_LAST_LINES = 3
_MAX_CHARACTERS = 60
_MAX_LINES_OF_PARAMETERS = 4
_REASON_WIDTH = 0.7 * NARROWEST
_MAX_LINES_OF_REASON = 6

LEGEND = {
    "orientation": "h",
    "traceorder": "normal",
    "yref": "container",
    "y": 0,
    "yanchor": "bottom",
}
"""In a row at the bottom edge, where long names cost no width."""

# Beside the loggers of Optuna's figures, not below the package's: `set_verbosity` decides.
_logger = optuna.logging.get_logger(f"optuna.visualization.{__name__}")


def layout(title: str, name: str, subtitle: str = "") -> dict[str, Any]:
    """Title and subtitle at the top edge, legend in a row at the bottom edge, at every height.

    Args:
        title: What the figure shows.
        name: The name of the architecture.
        subtitle: One line about it.

    Returns:
        Keyword arguments of `Figure.update_layout`.
    """
    below = f"<br><sup>{subtitle}</sup>" if subtitle else ""
    room = 0.9 * NARROWEST - text_width(f"{title} of ''", TITLE_SIZE)
    return {
        "title": {
            "text": f"{title} of '{axis_text(fitted(name, room, TITLE_SIZE))}'{below}",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 25},
        },
        "showlegend": True,
        "legend": LEGEND,
        "margin": {"t": 100, "b": 100, "r": 30},
        "hoverlabel": {"align": "left", "font": {"family": "monospace", "size": 11}},
    }


def empty_figure(title: str, name: str, reason: str) -> Figure:
    """A figure without data that says why, as the log does.

    Args:
        title: What the figure would show.
        name: The name of the architecture.
        reason: A sentence.
    """
    _logger.warning(printable(reason))
    figure = plotly_graph_objects().Figure(layout=layout(title, name))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    shown = fitted(reason, _MAX_LINES_OF_REASON * _REASON_WIDTH, LABEL_SIZE)
    figure.add_annotation(
        text=in_lines(shown, _REASON_WIDTH, LABEL_SIZE),
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
    )
    return figure


def hover_text(trial: FrozenTrial, network: Architecture, *facts: str) -> str:
    """A trial's number, facts about it, its parameters, and its network as text, shortened."""
    table = str(network).split("\n")
    if len(table) > _MAX_LINES:
        n_left_out = len(table) - _MAX_LINES + 1
        first = table[: _MAX_LINES - _LAST_LINES - 1]
        table = [*first, f"      ... {n_left_out} more layers ...", *table[-_LAST_LINES:]]
    named = ", ".join(f"{name} {value}" for name, value in trial_parameters(trial))
    parameters = wrap(named, _MAX_CHARACTERS, max_lines=_MAX_LINES_OF_PARAMETERS)
    lines = [f"Trial {trial.number}", *facts, *parameters, "", *table]
    return "<br>".join(html.escape(line, quote=False) for line in lines)
