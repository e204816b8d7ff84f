"""A map of the networks of a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.distance.study_distances import study_distances
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.embedding import embedded
from optuna_nasbot.visualization.figures.study_layout import BAD
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import NEUTRAL
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import hover_text
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import DEFAULT_TARGET_NAME
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import TriedNetworks
from optuna_nasbot.visualization.figures.tried_networks import tried_networks
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MAX_SHOWN = 500

_TITLE = "Architecture Map"
_VALUED = "Complete"
_BROKEN = "Breaks constraints"
_NOT_COLOURED: dict[str, dict[str, Any]] = {
    _BROKEN: {"symbol": "cross", "color": BAD, "opacity": 0.5, "size": 8},
    "Pruned": {"symbol": "triangle-down-open", "color": NEUTRAL, "size": 9},
    "Failed or no number": {"symbol": "x-thin-open", "color": BAD, "size": 8},
    "Running or enqueued": {"symbol": "circle-open", "color": NEUTRAL, "size": 9},
}
"""Entries of the legend for networks whose colours don't tell a value, and their markers."""

_MAX_NAME = 200.0
"""Pixels of the value's name along the scale of colours."""

_BEST_MARKER = {"symbol": "star", "color": BEST, "size": 17, "line": {"width": 1}}


def plot_architecture_map(
    study: Study,
    name: str,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot the networks of a study in the plane, similar ones close to each other.

    Positions are an embedding of OTMANN distances as in the paper: by t-SNE if scikit-learn is
    installed and there are ten different networks or more, else by classical scaling. Directions
    and units mean nothing. The distance is the mean over the structural coefficients of the
    normalised components d-bar, each divided by its mean over the study. (The samplers spread
    their first networks by it, too.) It compares how networks are built; d would mostly show how
    large they are.

    Better networks are darker; far outliers don't stretch the colour scale. Networks that break
    constraints have a marker of their own, whatever their values. A line connects the networks
    that were the best so far, in their order. Isomorphic networks share a place. Of more than 500
    networks those of the line, the best and a stable sample of the rest are shown.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        target: A function of a completed trial whose result is shown as the value; required if
            the study has several objectives. Smaller results are darker then, and no network is
            marked as the best, since it is not known which is better.
        target_name: What to call the value.

    Returns:
        The figure, without points if the study has no networks.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, or `name` is not a string.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, or the
            trials carry networks of other names only.
    """
    go = plotly_graph_objects()
    found = tried_networks(study, name, target, target_name)
    if not found.networks:
        return empty_figure(_TITLE, name, f"The study has no architectures '{name}' to show.")
    worth = np.where(np.isfinite(found.values), found.sign * found.values, -np.inf)
    hashes = [network.canonical_hash() for network in found.networks]
    kept = informative_subset(hashes, worth, MAX_SHOWN)
    shown = found.chosen(sorted({*kept, *_incumbents(found)}))
    places, method = _places(shown)
    subtitle = f"normalised OTMANN distance, {method}"
    if len(shown.networks) < len(found.networks):
        subtitle += f"; {len(shown.networks)} of {len(found.networks)} networks"

    figure = go.Figure(layout=layout(_TITLE, name, subtitle))
    figure.update_xaxes(showticklabels=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, zeroline=False, scaleanchor="x")
    add = partial(_add_points, figure, shown, places, target_name)
    groups = [_group(*each) for each in zip(shown.trials, shown.values, strict=True)]
    for group, marker in _NOT_COLOURED.items():
        add(group, [i for i, each in enumerate(groups) if each == group], marker)
    path = _incumbents(shown) if target is None else []
    if path:
        figure.add_scatter(
            x=places[path, 0],
            y=places[path, 1],
            name="Path of the best",
            mode="lines",
            line={"color": BEST, "width": 1.5},
            hoverinfo="skip",
        )
    valued = [i for i, each in enumerate(groups) if each == _VALUED]
    add(_VALUED, valued, _coloured(shown.values[valued], shown.sign, target_name))
    add("Best", path[-1:], _BEST_MARKER)
    return with_numbers_apart(figure)


def _places(shown: TriedNetworks) -> tuple[NDArray[np.float64], str]:
    """Coordinates (n, 2), equal for isomorphic networks, and how they were found."""
    different = {network.canonical_hash(): network for network in shown.networks}
    networks = list(different.values())
    distances = study_distances(networks)
    distances.transport.remember(networks)
    plane, method = embedded(distances.d_bar(networks, networks).mean(axis=0))
    position = {key: index for index, key in enumerate(different)}
    return plane[[position[network.canonical_hash()] for network in shown.networks]], method


def _group(trial: FrozenTrial, value: float) -> str:
    """The entry of the legend that a trial belongs to."""
    if math.isfinite(value):
        return _VALUED if is_feasible(trial) else _BROKEN
    if not trial.state.is_finished():
        return "Running or enqueued"
    return "Pruned" if trial.state == TrialState.PRUNED else "Failed or no number"


def _incumbents(shown: TriedNetworks) -> list[int]:
    """Positions of the feasible networks that were better than all before them."""
    path, best = [], -math.inf
    for index, (trial, value) in enumerate(zip(shown.trials, shown.values, strict=True)):
        worth = shown.sign * value
        if worth > best and is_feasible(trial):  # never where there is no value
            path.append(index)
            best = worth
    return path


def _coloured(values: NDArray[np.float64], sign: float, target_name: str) -> dict[str, Any]:
    """Markers whose colours are values, dark ones for the better values."""
    low, high = axis_range(values) or (None, None)
    shown_name = fitted(target_name, _MAX_NAME, LABEL_SIZE)
    return {
        "color": values,
        "cmin": low,
        "cmax": high,
        "colorscale": "Blues",
        "reversescale": sign < 0,
        "colorbar": {"title": {"text": axis_text(shown_name), "side": "right"}},
        "line": {"width": 0.5, "color": NEUTRAL},
        "size": 10,
    }


def _add_points(
    figure: Figure,
    shown: TriedNetworks,
    places: NDArray[np.float64],
    target_name: str,
    label: str,
    chosen: Sequence[int],
    marker: dict[str, Any],
) -> None:
    """Add the networks of one entry of the legend, if there are any."""
    if not chosen:
        return
    texts = [
        hover_text(
            shown.trials[i], shown.networks[i], label, f"{target_name}: {shown.values[i]:.6g}"
        )
        for i in chosen
    ]
    figure.add_scatter(
        x=places[chosen, 0],
        y=places[chosen, 1],
        name=label,
        mode="markers",
        marker=marker,
        hovertext=texts,
        hoverinfo="text",
    )
