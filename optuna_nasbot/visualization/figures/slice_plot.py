"""What does the model expect of other parameters at the best network?"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.model_slice import ModelSlice
from optuna_nasbot.visualization.figures.model_slice import model_slice
from optuna_nasbot.visualization.figures.modelled_trials import FEWEST_MODELLED
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials
from optuna_nasbot.visualization.figures.modelled_trials import chosen_parameters
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.parameter_scale import ParameterScale
from optuna_nasbot.visualization.figures.parameter_scale import parameter_scale
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import NEUTRAL
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import hover_text
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import DEFAULT_TARGET_NAME
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import tried_networks
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

AddTrace = Callable[..., object]
"""Adds a scatter trace to a panel."""

MAX_PANELS = 6

_TITLE = "Slice"
_TALL = 700
"""Pixels of a figure with two rows of panels."""
_BAND = "rgba(31, 119, 180, 0.2)"
_PANEL_WIDTHS = {1: 380.0, 2: 170.0, 3: 105.0}
"""Pixels of a panel in the narrowest figure, by the number of columns."""
_MAX_NAME = 140.0
"""Pixels of the value's name along the axis."""
_MAX_CATEGORY = 50.0
"""Pixels of the name of a category."""
_MARGIN = 0.1
"""Share of a parameter's range that is added on each side, for the first and the last number."""
_SPREAD, _GOLDEN_RATIO = 0.3, 0.618
"""Trials of a category lie within this width, each so far from the one before, modulo 1."""


def plot_slice(
    study: Study,
    name: str,
    params: Sequence[str] | None = None,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot what the model expects of other values of each parameter at the best network.

    A panel has a parameter along its axis, logarithmic if its distribution is. Everything else,
    networks and other parameters, is that of the best completed trial that satisfies all
    constraints. The line is the posterior mean of the Gaussian process of `NASBOTSampler`, the
    band two standard deviations of the function without noise on each side of it. Both are
    computed on the scale of the model, normal scores of ranks, and then brought back to the units
    of the objective, where the line is a median. They stay between the best and the worst value
    that were observed, since ranks tell no more.

    Dots are the trials, those of the best network in orange, pruned ones as triangles. The others
    need not lie near the line: their networks and other parameters differ. At categories they are
    spread sideways. Far outliers lie outside the axis, which a double click extends to them.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        params: Names of parameters to show; None for all of the latest trial with a value, which
            are searched together with the networks. Of more than six the first are shown.
        target: A function of a completed trial whose result is the value, smaller is better;
            required if the study has several objectives. Pruned networks are left out then.
        target_name: What to call the value.

    Returns:
        The figure, without panels if there are no parameters, fewer than three trials with a
        value, or no completed one that satisfies all constraints.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, `name` is not a string, or `params` is not a list of
            strings.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, the
            trials carry networks of other names only, `params` is empty, or the latest trial with
            a value lacks one of `params`.
    """
    plotly_graph_objects()  # raises where plotly is missing
    from plotly.subplots import make_subplots

    found = tried_networks(study, name, target, target_name)
    modelled = modelled_trials(study, found, name, target)
    if reason := _nothing_to_show(modelled, name):
        return empty_figure(_TITLE, name, reason)
    parameters = chosen_parameters(modelled.dimensions.parameters, params)
    best = max(_candidates(modelled), key=lambda index: modelled.targets.values[index])
    names = [*parameters][:MAX_PANELS]
    n_columns = 2 if len(names) == 4 else min(len(names), 3)
    n_rows = -(-len(names) // n_columns)
    figure = make_subplots(
        rows=n_rows,
        cols=n_columns,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        vertical_spacing=0.2,
    )
    for index, each in enumerate(names):
        row, column = divmod(index, n_columns)
        add = partial(figure.add_scatter, showlegend=index == 0, row=row + 1, col=column + 1)
        scale = parameter_scale(parameters[each])
        _add_slice(add, model_slice(modelled, modelled.configurations[best], each), scale)
        _add_trials(add, modelled, best, each, scale, target_name)
        title = axis_text(fitted(each, _PANEL_WIDTHS[n_columns], LABEL_SIZE))
        figure.update_xaxes(
            title={"text": title, "font_size": LABEL_SIZE},
            **_axis(scale),
            row=row + 1,
            col=column + 1,
        )
    some = (
        f"{len(names)} of {len(parameters)} parameters, " if parameters.keys() > {*names} else ""
    )
    subtitle = f"{some}all else as in the best trial, {modelled.of.trials[best].number}"
    figure.update_layout(layout(_TITLE, name, subtitle), height=_TALL if n_rows > 1 else None)
    figure.update_yaxes(range=axis_range(modelled.of.values))
    shown_name = axis_text(fitted(target_name, _MAX_NAME, AXIS_TITLE_SIZE))
    figure.update_yaxes(title_text=shown_name, col=1)
    return with_numbers_apart(figure)


def _nothing_to_show(modelled: ModelledTrials, name: str) -> str:
    """Why there is no slice, empty if there is one."""
    if len(modelled.configurations) < FEWEST_MODELLED:
        return f"At least three trials with a value and an architecture '{name}' are needed."
    if not modelled.dimensions.parameters:
        return "The latest trial with a value has no parameters of at least two values."
    if not _candidates(modelled):
        return f"No completed trial with an architecture '{name}' satisfies all constraints."
    return ""


def _candidates(modelled: ModelledTrials) -> list[int]:
    """Positions of the trials that may be the best."""
    return [
        index
        for index, trial in enumerate(modelled.of.trials)
        if trial.state == TrialState.COMPLETE and is_feasible(trial)
    ]


def _axis(scale: ParameterScale) -> dict[str, Any]:
    """Range and marks of the axis of a parameter."""
    ends = (
        (math.log10(scale.low), math.log10(scale.high))
        if scale.is_log
        else (scale.low, scale.high)
    )
    is_category = scale.parameter.is_category
    margin = 0.5 if is_category else _MARGIN * (ends[1] - ends[0])
    texts = [text for _, text in scale.ticks]
    if is_category:
        texts = [axis_text(fitted(text, _MAX_CATEGORY, LABEL_SIZE)) for text in texts]
    return {
        "type": "log" if scale.is_log else "linear",
        "range": (ends[0] - margin, ends[1] + margin),
        "tickvals": [number for number, _ in scale.ticks],
        "ticktext": texts,
        "zeroline": False,
    }


def _add_slice(add: AddTrace, along: ModelSlice, scale: ParameterScale) -> None:
    """Add the line and its band; at categories a dash and a bar each."""
    x = [scale.number(value) for value in along.values]
    middle, lower, upper = (each.tolist() for each in (along.middle, along.lower, along.upper))
    band = {"name": "± two std", "legendgroup": "band", "mode": "lines", "hoverinfo": "skip"}
    mean = {"name": "Model", "legendgroup": "model", "x": x, "y": middle}
    mean["hovertemplate"] = "%{y:.4g}<extra>model</extra>"
    if scale.parameter.is_category:
        places = [number for each in x for number in (each, each, None)]
        ends = [end for pair in zip(lower, upper, strict=True) for end in (*pair, None)]
        dash = {"color": GOOD, "symbol": "line-ew-open", "size": 22, "line": {"width": 2.5}}
        add(x=places, y=ends, line={"color": _BAND, "width": 12}, **band)
        add(mode="markers", marker=dash, **mean)
    else:
        around = {"x": [*x, *reversed(x)], "y": [*lower, *reversed(upper)]}
        add(**around, line={"width": 0}, fill="toself", fillcolor=_BAND, **band)
        add(mode="lines", line={"color": GOOD, "width": 2.5}, **mean)


def _add_trials(
    add: AddTrace,
    modelled: ModelledTrials,
    best: int,
    name: str,
    scale: ParameterScale,
    target_name: str,
) -> None:
    """Add the trials that have a parameter, those of the best one's networks above the others."""
    of, tried = modelled.of, modelled.configurations
    networks = [each.key[0] for each in tried]
    having = [i for i, each in enumerate(tried) if name in each.parameters]
    own = [i for i in having if networks[i] == networks[best]]
    others = [i for i in having if networks[i] != networks[best]]
    for label, chosen, look in (
        ("Other networks", others, {"color": NEUTRAL, "size": 5, "opacity": 0.5}),
        ("Best network", own, {"color": BEST, "size": 8}),
    ):
        is_pruned = [of.trials[i].state == TrialState.PRUNED for i in chosen]
        numbers = [scale.number(tried[i].parameters[name]) for i in chosen]
        if scale.parameter.is_category:
            numbers = [
                number + _aside(of.trials[i]) for number, i in zip(numbers, chosen, strict=True)
            ]
        add(
            x=numbers,
            y=of.values[chosen],
            mode="markers",
            marker={**look, "symbol": np.where(is_pruned, "triangle-down", "circle")},
            name=label,
            legendgroup=label,
            hovertext=[
                hover_text(of.trials[i], of.networks[i], f"{target_name}: {of.values[i]:.6g}")
                for i in chosen
            ],
            hoverinfo="text",
        )


def _aside(trial: FrozenTrial) -> float:
    """How far from its category a trial is shown, so that it doesn't hide those before it."""
    return _SPREAD * (_GOLDEN_RATIO * trial.number % 1.0 - 0.5)
