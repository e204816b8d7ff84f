"""Networks by size and depth, and their parameters, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from optuna.study import Study

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.gp.views.global_features import path_length
from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import text_width
from optuna_nasbot.visualization.figures.coordinate_axis import CoordinateAxis
from optuna_nasbot.visualization.figures.coordinate_axis import number_axis
from optuna_nasbot.visualization.figures.coordinate_axis import parameter_axis
from optuna_nasbot.visualization.figures.modelled_trials import chosen_parameters
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import NEUTRAL
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import NARROWEST
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import in_lines
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import DEFAULT_TARGET_NAME
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import TriedNetworks
from optuna_nasbot.visualization.figures.tried_networks import tried_networks
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MAX_SHOWN = 500
MAX_PARAMETERS = 5

_TITLE = "Parallel Coordinates"
_N_SHADES = 12
_SHADES = (0.2, 1.0)
"""Of plotly's blues: from what can be seen on the background to the darkest."""
_MAX_NAME = 80.0
"""Pixels of a line of an axis's name."""
_MAX_LAST_TICK = 110.0
"""Pixels of a text beside the last axis."""
_TICK_SIZE = 10.0
_BESIDE = 5.0
"""Pixels between an axis and its texts."""
_LEFT_MARGIN = 40.0
_BEHIND_TEXT = "rgba(229, 236, 246, 0.7)"
"""The background of plotly's figures, so that lines don't hide numbers."""


def plot_parallel_coordinate(
    study: Study,
    name: str,
    params: Sequence[str] | None = None,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot each trial as a line through the size of its network, its parameters and its value.

    The axes are the mass of the network (logarithmic), its number of layers, its depth, which is
    the number of layers on its longest path, then the parameters that are searched together with
    it, over their whole range and logarithmic if their distributions are, and the value. Lines of
    better trials are darker and above the others, that of the best one that satisfies all
    constraints is orange. A line is interrupted where a trial lacks a parameter. Values that are
    far outliers are at the end of their axis.

    Pointing at a line on an axis shows all that its trial has. (These are lines and not plotly's
    `parcoords`, which shows nothing on hovering and can't be drawn on pages that forbid evaluating
    code, such as the report of this package.)

    Only completed trials are shown; of more than 500 the best and a stable sample of the rest.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        params: Names of parameters to show; None for all of the latest trial with a value, which
            are searched together with the networks. Of more than five the first are shown.
        target: A function of a completed trial whose result is the value, smaller is better;
            required if the study has several objectives.
        target_name: What to call the value.

    Returns:
        The figure, without lines if no completed trial has a value.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, `name` is not a string, or `params` is not a list of
            strings.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, the
            trials carry networks of other names only, `params` is empty, or the latest trial with
            a value lacks one of `params`.
    """
    go = plotly_graph_objects()
    found = tried_networks(study, name, target, target_name).with_value
    modelled = modelled_trials(study, found, name, target)
    if not modelled.configurations:
        reason = f"No completed trial has a value and an architecture '{name}'."
        return empty_figure(_TITLE, name, reason)
    parameters = chosen_parameters(modelled.dimensions.parameters, params)
    keys = [each.key for each in modelled.configurations]
    shown = modelled.chosen(informative_subset(keys, modelled.targets.values, MAX_SHOWN))
    some = (
        _some_of(len(shown.configurations), len(keys), "trials"),
        _some_of(min(len(parameters), MAX_PARAMETERS), len(parameters), "parameters"),
    )
    figure = go.Figure(layout=layout(_TITLE, name, ", ".join(filter(None, some))))
    axes = [
        *_network_axes(shown.of.networks),
        *(
            parameter_axis(each, parameters[each], shown.configurations)
            for each in [*parameters][:MAX_PARAMETERS]
        ),
        number_axis(target_name, shown.of.values),
    ]
    _add_axes(figure, axes)
    _add_trials(figure, shown.of, axes)
    return with_numbers_apart(figure)


def _some_of(n_shown: int, n: int, what: str) -> str:
    return f"{n_shown} of {n} {what}" if n_shown < n else ""


def _network_axes(networks: Sequence[Architecture]) -> Iterator[CoordinateAxis]:
    """The axes of the size of networks, and of their depth."""
    masses = np.array([total_mass(network) for network in networks])
    yield number_axis("mass", masses, log=True)
    yield number_axis("layers", np.array([float(len(network.layers)) for network in networks]))
    yield number_axis("depth", np.array([1.0 + path_length(network, max) for network in networks]))


def _add_axes(figure: Figure, axes: Sequence[CoordinateAxis]) -> None:
    """Add the axes, each with its name below and round numbers at its right."""
    last_ticks = [fitted(text, _MAX_LAST_TICK, _TICK_SIZE) for _, text in axes[-1].ticks]
    widths = [text_width(text, _TICK_SIZE) for text in last_ticks]
    margin = max(0.5 * _MAX_NAME, *widths) + 3 * _BESIDE
    gap = (NARROWEST - _LEFT_MARGIN - margin) / (len(axes) - 1)
    figure.update_layout(margin={"l": _LEFT_MARGIN, "r": margin})
    for index, axis in enumerate(axes):
        figure.add_shape(type="line", x0=index, x1=index, y0=0, y1=1, line={"color": NEUTRAL})
        room = _MAX_LAST_TICK if index == len(axes) - 1 else gap - 2 * _BESIDE
        for place, text in axis.ticks:
            figure.add_annotation(
                x=index,
                y=place,
                text=axis_text(fitted(text, room, _TICK_SIZE)),
                font={"size": _TICK_SIZE},
                xanchor="left",
                xshift=_BESIDE,
                showarrow=False,
                borderpad=0,
                bgcolor=_BEHIND_TEXT,
            )
    figure.update_xaxes(
        tickvals=[*range(len(axes))],
        ticktext=[_in_two_lines(axis.name) for axis in axes],
        range=(-0.05, len(axes) - 1.0),
        ticklabeloverflow="allow",
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(range=(-0.05, 1.05), visible=False)


def _in_two_lines(name: str) -> str:
    return in_lines(fitted(name, 1.5 * _MAX_NAME, LABEL_SIZE), _MAX_NAME, LABEL_SIZE)


def _add_trials(figure: Figure, of: TriedNetworks, axes: Sequence[CoordinateAxis]) -> None:
    """Add the lines, those of the worst trials first and that of the best one last."""
    feasible = [index for index, trial in enumerate(of.trials) if is_feasible(trial)]
    best = max(feasible, key=lambda index: of.sign * of.values[index], default=None)
    goodness = axes[-1].places if of.sign > 0 else 1.0 - axes[-1].places
    shades = np.minimum((goodness * _N_SHADES).astype(int), _N_SHADES - 1)
    others = [index for index in range(len(of.trials)) if index != best]
    darkest = max((int(shades[index]) for index in others), default=0)
    for shade in range(darkest + 1):
        _add_lines(
            figure,
            of,
            axes,
            [index for index in others if shades[index] == shade],
            name="Trials, better ones darker",
            line={"color": _colour(shade), "width": 1.2},
            showlegend=shade == darkest,
        )
    if best is not None:
        label = f"Best, trial {of.trials[best].number}"
        _add_lines(figure, of, axes, [best], name=label, line={"color": BEST, "width": 3})


def _colour(shade: int) -> str:
    from plotly.colors import sample_colorscale

    faintest, darkest = _SHADES
    (colour,) = sample_colorscale(
        "Blues", [faintest + (darkest - faintest) * shade / (_N_SHADES - 1)]
    )
    return str(colour)


def _add_lines(
    figure: Figure,
    of: TriedNetworks,
    axes: Sequence[CoordinateAxis],
    chosen: Sequence[int],
    **look: Any,
) -> None:
    """Add the lines of some trials as one trace with gaps, if there are any."""
    if not chosen:
        return
    n = len(axes)
    figure.add_scatter(
        x=[*range(n), None] * len(chosen),
        y=[place for i in chosen for place in (*(float(axis.places[i]) for axis in axes), None)],
        mode="lines+markers",
        marker={"size": 4},
        hovertext=[text for i in chosen for text in [_hover_text(of, axes, i)] * (n + 1)],
        hoverinfo="text",
        cliponaxis=False,
        **look,
    )


def _hover_text(of: TriedNetworks, axes: Sequence[CoordinateAxis], index: int) -> str:
    facts = (f"{axis.name}: {axis.texts[index]}" for axis in axes)
    lines = (f"Trial {of.trials[index].number}", *facts)
    return "<br>".join(axis_text(printable(line)) for line in lines)
