"""Which edits led to improvements?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.edits import EDITS
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials.origin import Origin
from optuna_nasbot.trials.origin import stored_origin
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import LIGHT
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
from optuna_nasbot.visualization.figures.text_fitting import LABEL_SIZE
from optuna_nasbot.visualization.figures.text_fitting import axis_text
from optuna_nasbot.visualization.figures.text_fitting import fitted
from optuna_nasbot.visualization.figures.text_fitting import in_lines
from optuna_nasbot.visualization.figures.text_fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.tried_networks import DEFAULT_TARGET_NAME
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import TriedNetworks
from optuna_nasbot.visualization.figures.tried_networks import tried_networks
from optuna_nasbot.visualization.figures.tried_networks import warn_of_trials
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TITLE = "Edits"
_GREY = "#c7c7c7"
_MAX_ROWS = 12
_TITLE_WIDTH = 150.0
"""Pixels of a line below the right panel."""
_MAX_NAME = 100.0
"""Pixels of the name of an edit."""


@dataclass(frozen=True)
class EditOutcome:
    """What came of the networks that an edit helped to make.

    Attributes:
        edit: Name of the edit.
        n_used: How many networks it helped to make.
        gains: By how much each of them is better than its parent, negative where it is worse;
            only of networks that have a value, and whose parents have one.
        pairs: For each gain the numbers of the two trials, the parent's first.
    """

    edit: str
    n_used: int
    gains: tuple[float, ...]
    pairs: tuple[tuple[int, int], ...]

    @property
    def n_better(self) -> int:
        """How many networks are better than their parents."""
        return sum(gain > 0 for gain in self.gains)

    @property
    def mean_gain(self) -> float:
        """The mean of the gains, NaN where there are none."""
        with np.errstate(over="ignore"):
            return float(np.mean(self.gains)) if self.gains else math.nan


def plot_edits(
    study: Study,
    name: str,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot how often each edit was used, how often it led to a better network, and by how much.

    On the left the networks that an edit helped to make, split into those that are better than
    the network they were made from, those that are not, and those that can't be compared: they or
    their parents have no value, or they were made from the initial pool. On the right how much
    the value changed, positive where it got better: each network, the quartiles and the mean. Far
    outliers lie outside the axis, which a double click extends to them. Edits are sorted by how
    many better networks they led to; of more than 12 the first are shown.

    A network that was made by several edits counts for each of them. Only completed trials have a
    value. Edits and parents are read from the attribute `architecture:<name>:origin`, which the
    samplers of this package store; hand-made networks and those of other samplers lack it.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        target: A function of a completed trial whose result is the value, smaller is better;
            required if the study has several objectives.
        target_name: What to call the value.

    Returns:
        The figure, without bars if no network was made by an edit.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, or `name` is not a string.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, or the
            trials carry networks of other names only.
    """
    plotly_graph_objects()  # raises where plotly is missing
    from plotly.subplots import make_subplots

    found = tried_networks(study, name, target, target_name)
    outcomes = edit_outcomes(found, _origins(found.trials, name))
    if not outcomes:
        reason = (
            f"No trial says by which edits its architecture '{name}' was made, as those of "
            "NASBOTSampler do."
        )
        return empty_figure(_TITLE, name, reason)
    n_edits, outcomes = len(outcomes), outcomes[:_MAX_ROWS]
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.14,
        column_widths=[0.4, 0.6],
        subplot_titles=["How often", "With what result"],
    )
    _add_counts(figure, outcomes)
    _add_gains(figure, outcomes)
    subtitle = f"{len(outcomes)} of {n_edits} edits" if len(outcomes) < n_edits else ""
    figure.update_layout(layout(_TITLE, name, subtitle), barmode="stack")
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[outcome.edit for outcome in outcomes],
        tickvals=[outcome.edit for outcome in outcomes],
        ticktext=[_row_label(outcome) for outcome in outcomes],
        autorange="reversed",
    )
    figure.update_xaxes(title_text="Networks", col=1)
    gains = np.array([gain for outcome in outcomes for gain in outcome.gains])
    improvement = f"Improvement in {fitted(target_name, _TITLE_WIDTH, AXIS_TITLE_SIZE)}"
    figure.update_xaxes(
        title_text=in_lines(improvement, _TITLE_WIDTH, AXIS_TITLE_SIZE),
        range=_range_with_zero(gains),
        nticks=4,
        col=2,
    )
    figure.update_annotations(font_size=13)  # the headings, which have half a figure each
    return with_numbers_apart(figure)


def edit_outcomes(found: TriedNetworks, origins: dict[int, Origin]) -> list[EditOutcome]:
    """What came of each edit, those first that led to most better networks.

    All of the paper's nine edits are there if one of them is.

    Args:
        found: Networks of a study.
        origins: Where they come from, by the numbers of their trials.
    """
    worth = {
        trial.number: found.sign * float(value)
        for trial, value in zip(found.trials, found.values, strict=True)
    }
    names = dict.fromkeys(edit for origin in origins.values() for edit in origin.edits)
    if any(edit.name in names for edit in EDITS):
        names.update(dict.fromkeys(edit.name for edit in EDITS))
    outcomes = []
    for name in names:
        made = {child: origin.parent for child, origin in origins.items() if name in origin.edits}
        compared = {
            (parent, child): worth[child] - worth[parent]
            for child, parent in made.items()
            if parent in worth
        }
        finite = {pair: gain for pair, gain in compared.items() if np.isfinite(gain)}
        outcomes.append(EditOutcome(name, len(made), tuple(finite.values()), tuple(finite)))
    return sorted(outcomes, key=lambda outcome: (-outcome.n_better, -outcome.n_used))


def _origins(trials: Sequence[FrozenTrial], name: str) -> dict[int, Origin]:
    """Where networks come from by trial number; damaged attributes are left out with a warning."""
    key = f"{attribute_key(name)}:origin"
    noted = [trial for trial in trials if key in trial.user_attrs]
    origins = {trial.number: stored_origin(trial.user_attrs, name) for trial in noted}
    damaged = [number for number, origin in origins.items() if origin is None]
    if damaged:
        reason = f"expected an attribute '{key}' like {{'edits': ['swap_layer'], 'parent': 12}}."
        warn_of_trials(damaged, reason)
    return {number: origin for number, origin in origins.items() if origin is not None}


def _row_label(outcome: EditOutcome) -> str:
    if not outcome.n_used:
        result = "not used"
    elif not outcome.gains:
        result = "none comparable"
    else:
        result = f"{outcome.n_better} of {len(outcome.gains)} better"
    return f"{axis_text(fitted(outcome.edit, _MAX_NAME, LABEL_SIZE))}: {result}"


def _add_counts(figure: Figure, outcomes: Sequence[EditOutcome]) -> None:
    better = np.array([outcome.n_better for outcome in outcomes])
    compared = np.array([len(outcome.gains) for outcome in outcomes])
    used = np.array([outcome.n_used for outcome in outcomes])
    parts = (
        ("Better than the parent", GOOD, better),
        ("Not better", LIGHT, compared - better),
        ("Not comparable", _GREY, used - compared),
    )
    for label, colour, counts in parts:
        figure.add_bar(
            x=counts,
            y=[outcome.edit for outcome in outcomes],
            orientation="h",
            name=label,
            marker={"color": colour},
            customdata=counts / np.maximum(used, 1),
            hovertemplate="%{x} networks, %{customdata:.0%}<extra>" + label + "</extra>",
            row=1,
            col=1,
        )


def _add_gains(figure: Figure, outcomes: Sequence[EditOutcome]) -> None:
    figure.add_box(
        x=[gain for outcome in outcomes for gain in outcome.gains],
        y=[outcome.edit for outcome in outcomes for _ in outcome.gains],
        orientation="h",
        boxpoints="all",
        pointpos=0,
        jitter=0.5,
        line={"color": GOOD, "width": 1},
        marker={"size": 4, "opacity": 0.6},
        hoveron="points",
        text=[
            f"trial {child} from trial {parent}"
            for outcome in outcomes
            for parent, child in outcome.pairs
        ],
        hovertemplate="%{text}: %{x:.4g}<extra></extra>",
        showlegend=False,
        row=1,
        col=2,
    )
    with_gain = [outcome for outcome in outcomes if outcome.gains]
    figure.add_scatter(
        x=[outcome.mean_gain for outcome in with_gain],
        y=[outcome.edit for outcome in with_gain],
        mode="markers",
        marker={"symbol": "diamond", "color": BEST, "size": 11, "line": {"width": 1}},
        hovertemplate="mean %{x:.4g}<extra></extra>",
        name="Mean",
        row=1,
        col=2,
    )


def _range_with_zero(gains: NDArray[np.float64]) -> tuple[float, float] | None:
    """The gains that are not far outliers, and no gain, with some room outside for the markers.

    A range with 0 in it has short numbers at its axis, unlike one from 1,000,000.1 to 1,000,000.2.
    None where the range overflows.
    """
    low, high = axis_range(gains) or (float(gains.min(initial=0)), float(gains.max(initial=0)))
    low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.05 * (high - low) or 1.0
    return (low - margin, high + margin) if math.isfinite(margin) else None
