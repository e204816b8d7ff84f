"""All figures of a study, as parts of a web page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import optuna
from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.joint_parameters import joint_parameters
from optuna_nasbot.visualization.figures.architecture_map import plot_architecture_map
from optuna_nasbot.visualization.figures.axis_range import range_of_equal
from optuna_nasbot.visualization.figures.distance_vs_value import plot_distance_vs_value
from optuna_nasbot.visualization.figures.edits_plot import plot_edits
from optuna_nasbot.visualization.figures.importances_plot import plot_importances
from optuna_nasbot.visualization.figures.parallel_coordinate import plot_parallel_coordinate
from optuna_nasbot.visualization.figures.pareto_front import plot_pareto_front
from optuna_nasbot.visualization.figures.slice_plot import plot_slice
from optuna_nasbot.visualization.figures.study_layout import LEGEND
from optuna_nasbot.visualization.figures.surrogate_plot import plot_surrogate
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.trial_facts import objective_names

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MAX_NAME = 250.0
"""Pixels of a value's name along the axis."""

_HEIGHT = "480px"
"""Of figures that don't say how tall they are."""

_PLOTS = (plot_architecture_map, plot_surrogate, plot_edits, plot_distance_vs_value)
_PLOTS_WITH_PARAMETERS = (plot_importances, plot_parallel_coordinate, plot_slice)


@dataclass(frozen=True)
class _Shown:
    """A value of a study that figures show.

    Args:
        name: What it is called.
        target: The function of a trial that gives it, None for the only value of a study.
    """

    name: str
    target: Target | None


def history_figures(study: Study) -> Iterator[str]:
    """The history of a study's values, a figure for each objective."""
    for index, shown in enumerate(_shown_values(study)):
        figure = optuna.visualization.plot_optimization_history(
            study,
            target=shown.target,
            target_name=axis_text(fitted(shown.name, _MAX_NAME, AXIS_TITLE_SIZE)),
        )
        values = np.array([value for trace in figure.data for value in trace.y], dtype=float)
        figure.update_yaxes(range=range_of_equal(values[np.isfinite(values)]))
        figure.update_layout(legend=LEGEND)
        yield _html(with_numbers_apart(figure), f"history-{index}")


def front_figure(study: Study, name: str, identity: str) -> str | None:
    """The Pareto front of the networks of a name, if the study has two or three objectives.

    Args:
        study: The study.
        name: The name under which its trials carry networks.
        identity: What the `id` attribute of the figure starts with.
    """
    if len(study.directions) not in (2, 3):
        return None
    return _html(plot_pareto_front(study, name), f"{identity}-{plot_pareto_front.__name__}")


def network_figures(study: Study, name: str, identity: str) -> dict[str, list[str]]:
    """The figures of the networks of a name, by the name of the value that they show.

    Those that tell of parameters are among them if some are searched together with the networks.

    Args:
        study: The study.
        name: The name under which its trials carry networks.
        identity: What the `id` attributes of the figures start with.
    """
    has_parameters = bool(joint_parameters(study.get_trials(deepcopy=False)).distributions)
    plots = (*_PLOTS, *_PLOTS_WITH_PARAMETERS) if has_parameters else _PLOTS
    return {
        shown.name: [
            _html(
                plot(study, name, target=shown.target, target_name=shown.name),
                f"{identity}-{plot.__name__}-{index}",
            )
            for plot in plots
        ]
        for index, shown in enumerate(_shown_values(study))
    }


def _shown_values(study: Study) -> list[_Shown]:
    """The values of a study; of several those to be maximised are negated.

    Figures know the direction of a study's only value, and take smaller ones for better of a
    target.
    """
    names = objective_names(study)
    if len(names) == 1:
        return [_Shown(names[0], None)]
    shown = []
    for index, (name, direction) in enumerate(zip(names, study.directions, strict=True)):
        sign = -1.0 if direction == StudyDirection.MAXIMIZE else 1.0
        target = partial(_signed_value, index=index, sign=sign)
        shown.append(_Shown(f"-{name}" if sign < 0 else name, target))
    return shown


def _signed_value(trial: FrozenTrial, *, index: int, sign: float) -> float:
    value: float = trial.values[index]
    return sign * value


def _html(figure: Figure, identity: str) -> str:
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=identity,
        default_height=_HEIGHT,
        config={"responsive": True, "displaylogo": False},
    )
    return html
