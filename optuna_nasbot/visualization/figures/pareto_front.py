"""The networks of a study with several objectives, by what they reach of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.arguments import as_whole
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.trials.ranking import is_feasible
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.visualization.constraint_facts import broken_constraints
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.evenly import evenly
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.study_layout import BAD
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import hover_text
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import NARROWEST
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import check_study
from optuna_nasbot.visualization.figures.tried_networks import networks_of_name
from optuna_nasbot.visualization.figures.tried_networks import tell_of_left_out
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects
from optuna_nasbot.visualization.trial_facts import objective_names
from optuna_nasbot.visualization.trial_facts import value_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MAX_SHOWN = 500

_TITLE = "Pareto Front"
_FRONT = "Pareto front"
_DOMINATED = "Dominated"
_BROKEN = "Breaks constraints"
_MARKERS: dict[str, dict[str, Any]] = {
    _BROKEN: {"symbol": "cross", "color": BAD, "opacity": 0.5},
    _DOMINATED: {"symbol": "circle", "color": GOOD, "opacity": 0.6},
    _FRONT: {"symbol": "diamond", "color": BEST, "line": {"width": 1}},
}
"""Entries of the legend and their markers; later ones are drawn above earlier ones. In space
plotly draws markers as characters, and not all computers have one for an x."""
_SIZES = {2: {_BROKEN: 7, _DOMINATED: 7, _FRONT: 9}, 3: {_BROKEN: 4, _DOMINATED: 3, _FRONT: 4}}
"""Their sizes by the number of axes: in space plotly draws them larger."""

_MARGIN = 0.05
_MAX_NAME = {2: 250.0, 3: 150.0}
"""Pixels of a name along an axis, by the number of axes."""
_SPACE = {
    "height": 640,
    "margin": {"t": 70, "b": 50, "l": 0, "r": 0},
    "legend": {"itemsizing": "constant"},
    "scene": {
        "aspectmode": "cube",
        "camera": {"eye": {"x": 1.85, "y": 1.85, "z": 1.1}, "center": {"z": -0.15}},
    },
}
"""The layout of three axes: all of them, and their names, are in the picture."""
_MAX_SUBTITLE = 0.9 * NARROWEST


@dataclass(frozen=True, eq=False)
class _Objectives:
    """The k objectives of a study.

    Attributes:
        names: What they are called.
        directions: Their directions.
        shown: Positions of the two or three that have an axis, in the order of the axes.
    """

    names: Sequence[str]
    directions: Sequence[StudyDirection]
    shown: Sequence[int]


@dataclass(frozen=True, eq=False)
class _Points:
    """n completed trials.

    Attributes:
        trials: The trials.
        networks: Their networks.
        values: Their values along the two or three axes, shape (n, 2) or (n, 3).
        groups: The entries of the legend that they belong to, shape (n,).
    """

    trials: Sequence[FrozenTrial]
    networks: Sequence[Architecture]
    values: NDArray[np.float64]
    groups: NDArray[np.str_]

    def chosen(self, indices: NDArray[np.intp]) -> _Points:
        """Some of them, by their positions."""
        return _Points(
            [self.trials[index] for index in indices],
            [self.networks[index] for index in indices],
            self.values[indices],
            self.groups[indices],
        )


def plot_pareto_front(
    study: Study,
    name: str,
    *,
    target_names: Sequence[str] | None = None,
    axis_order: Sequence[int] | None = None,
) -> Figure:
    """Plot what the networks of a study with several objectives reach of each of them.

    The front consists of the completed trials that satisfy all constraints and that no other such
    trial dominates, that is, is better than in some objective and worse than in none, whichever
    objectives are shown. A line connects those of a study with two objectives: nothing that was
    found lies beyond it. Other trials are dominated, or break constraints; pointing at one shows
    which it breaks and by how much.

    Trials whose shown values are not all finite are left out. Far outliers that are not of the
    front lie outside the axes, which a double click extends to them. Of more than 500 trials the
    whole front is shown, and others evenly taken in their order.

    Args:
        study: A study with several objectives.
        name: The name under which its trials carry networks, of whatever kinds.
        target_names: What to call the objectives, one name for each of the study; by default its
            metric names.
        axis_order: The positions of the two or three objectives to show, in the order of the
            axes. By default all, if the study has two or three.

    Returns:
        The figure, in the plane or in space, without points if no completed trial has a network.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, `name` is not a string, `target_names` is not a list of
            strings, or `axis_order` is not a list of whole numbers.
        ValueError: `name` is empty or has a colon, the study has one objective, `target_names` or
            `axis_order` don't fit its objectives, or the trials carry networks of other names
            only.
    """
    go = plotly_graph_objects()
    check_study(study)
    objectives = _objectives(study, target_names, axis_order)
    found = _points(study, name, objectives)
    if not found.trials:
        reason = f"No completed trial has finite values and an architecture '{name}'."
        return empty_figure(_TITLE, name, reason)
    points = found.chosen(_kept(found.groups == _FRONT))
    subtitle = _subtitle(objectives, len(points.trials), len(found.trials))
    figure = go.Figure(layout=layout(_TITLE, name, subtitle))
    for group in _MARKERS:
        _add_points(figure, points.chosen(np.flatnonzero(points.groups == group)), objectives)
    _title_axes(figure, points, objectives)
    return with_numbers_apart(figure)


def _objectives(
    study: Study, target_names: Sequence[str] | None, axis_order: Sequence[int] | None
) -> _Objectives:
    """The objectives of a study, after a check of the arguments about them."""
    directions = study.directions
    if len(directions) == 1:
        raise ValueError(
            "study: expected several objectives, got one, which has a best trial and no Pareto "
            "front. Use plot_architecture_map, which marks the best networks, or "
            "optuna.visualization.plot_optimization_history."
        )
    names = objective_names(study) if target_names is None else _checked_names(target_names)
    if len(names) != len(directions):
        raise ValueError(
            f"target_names: expected a name for each of the {len(directions)} objectives, "
            f"got {names}."
        )
    return _Objectives(names, directions, _axes(len(directions), axis_order))


def _checked_names(target_names: Sequence[str]) -> list[str]:
    is_list = isinstance(target_names, Sequence) and not isinstance(target_names, str)
    if not is_list or not all(isinstance(each, str) for each in target_names):
        raise TypeError(f"target_names: expected a list of names, got {target_names!r}.")
    return [printable(each) for each in target_names]


def _axes(n: int, axis_order: Sequence[int] | None) -> list[int]:
    """Positions of the objectives to show, of n."""
    if axis_order is None and n <= 3:
        return [*range(n)]
    if axis_order is None:
        raise ValueError(
            f"axis_order: expected the positions of two or three objectives, since the study has "
            f"{n}, got None. Pass for example axis_order=[0, 1]."
        )
    given = listed(axis_order)
    is_list = isinstance(given, Sequence) and not isinstance(given, str)
    positions = [as_whole(each) for each in given] if is_list else [None]
    order = [each for each in positions if each is not None]
    if len(order) < len(positions):
        raise TypeError(f"axis_order: expected a list of whole numbers, got {axis_order!r}.")
    if len(order) not in (2, 3) or len({*order}) < len(order) or not {*order} <= {*range(n)}:
        raise ValueError(
            f"axis_order: expected two or three different positions of objectives, each from 0 to "
            f"{n - 1}, got {order}."
        )
    return order


def _points(study: Study, name: str, objectives: _Objectives) -> _Points:
    """The completed trials that carry a network of a name and have finite values to show."""
    front = {trial.number for trial in ranked_trials(study, name)}
    found: list[tuple[FrozenTrial, Architecture]] = []
    for trial, network in networks_of_name(study.get_trials(deepcopy=False), name):
        if trial.state != TrialState.COMPLETE:
            continue
        if all(math.isfinite(trial.values[position]) for position in objectives.shown):
            found.append((trial, network))
        else:
            tell_of_left_out(trial)
    trials = [trial for trial, _ in found]
    values = [[trial.values[position] for position in objectives.shown] for trial in trials]
    return _Points(
        trials=trials,
        networks=[network for _, network in found],
        values=np.array(values, dtype=float).reshape(-1, len(objectives.shown)),
        groups=np.array([_group(trial, trial.number in front) for trial in trials], dtype=str),
    )


def _group(trial: FrozenTrial, is_front: bool) -> str:
    """The entry of the legend that a trial belongs to."""
    if is_front:
        return _FRONT
    return _DOMINATED if is_feasible(trial) else _BROKEN


def _kept(is_front: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Positions of the trials to show: the front and, where there is room, others."""
    front, others = np.flatnonzero(is_front), np.flatnonzero(~is_front)
    room = max(MAX_SHOWN - len(front), 0)
    return np.sort(np.concatenate([front, others[evenly(len(others), room)]]))


def _subtitle(objectives: _Objectives, n_shown: int, n: int) -> str:
    """What is better along each axis, and what is not shown."""
    n_objectives = len(objectives.names)
    room = 0.5 * _MAX_SUBTITLE / len(objectives.shown)
    parts = [
        f"{objectives.directions[each].name.lower()} "
        f"{fitted(objectives.names[each], room, LABEL_SIZE)}"
        for each in objectives.shown
    ]
    if len(objectives.shown) < n_objectives:
        parts.append(f"front of all {n_objectives} objectives")
    if n_shown < n:
        parts.append(f"{n_shown} of {n} trials")
    return axis_text(fitted(", ".join(parts), _MAX_SUBTITLE, LABEL_SIZE))


def _add_points(figure: Figure, points: _Points, objectives: _Objectives) -> None:
    """Add the trials of one entry of the legend, if there are any."""
    if not points.trials:
        return
    group = str(points.groups[0])
    look: dict[str, Any] = {"mode": "markers"}
    if group == _FRONT and len(objectives.names) == 2:
        points = points.chosen(np.argsort(points.values[:, 0], kind="stable"))
        # Corners are dominated by both neighbours: one objective gets worse, then another better.
        is_minimised = objectives.directions[objectives.shown[0]] == StudyDirection.MINIMIZE
        shape = "hv" if is_minimised else "vh"
        look = {"mode": "lines+markers", "line": {"color": BEST, "width": 1.5, "shape": shape}}
    n_axes = len(objectives.shown)
    add = figure.add_scatter if n_axes == 2 else figure.add_scatter3d
    add(
        **dict(zip("xyz"[:n_axes], points.values.T, strict=True)),
        **look,
        name=group,
        marker={**_MARKERS[group], "size": _SIZES[n_axes][group]},
        hovertext=[
            hover_text(trial, network, group, *_facts(trial, objectives))
            for trial, network in zip(points.trials, points.networks, strict=True)
        ],
        hoverinfo="text",
    )


def _facts(trial: FrozenTrial, objectives: _Objectives) -> list[str]:
    """The values of a trial, and the constraints that it breaks."""
    values = map(value_text, trial.values)
    facts = [*zip(objectives.names, values, strict=True), *broken_constraints(trial)]
    return [f"{key}: {fact}" for key, fact in facts]


def _title_axes(figure: Figure, points: _Points, objectives: _Objectives) -> None:
    """Name the axes, and let them show the front and all others but far outliers."""
    n_axes = len(objectives.shown)
    is_front = points.groups == _FRONT
    axes = {}
    columns = zip("xyz"[:n_axes], objectives.shown, points.values.T, strict=True)
    for letter, position, values in columns:
        title = fitted(objectives.names[position], _MAX_NAME[n_axes], AXIS_TITLE_SIZE)
        axes[f"{letter}axis"] = {
            # In space plotly shows the text as it is.
            "title": {"text": axis_text(title) if n_axes == 2 else title},
            "range": _range(values, is_front),
        }
    figure.update_layout(axes if n_axes == 2 else {"scene": axes})
    if n_axes == 3:
        figure.update_layout(_SPACE)


def _range(values: NDArray[np.float64], is_front: NDArray[np.bool_]) -> tuple[float, float] | None:
    """The range of an axis, None where it needs no help."""
    inside = axis_range(values)
    if inside is None:
        return None
    shown = [*inside, *values[is_front].tolist()]
    low, high = min(shown), max(shown)
    margin = _MARGIN * high - _MARGIN * low  # the difference itself may overflow
    return low - margin, high + margin
