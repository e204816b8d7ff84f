"""Are networks that are close to each other alike in value?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study

from optuna_nasbot.distance.study_distances import study_distances
from optuna_nasbot.visualization.evenly import evenly
from optuna_nasbot.visualization.figures.axis_range import axis_range
from optuna_nasbot.visualization.figures.study_layout import BEST
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
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

MAX_COMPARED = 200
MAX_DRAWN = 4000

_TITLE = "Distance vs. Value"
_MAX_GROUPS = 10
_LEAST_GROUP = 5
_MAX_NAME = 140.0
"""Pixels of the value's name along the axis."""


def plot_distance_vs_value(
    study: Study,
    name: str,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot the difference in value of all pairs of networks against their distance.

    The paper's test of OTMANN: close networks should have similar values, so that differences
    grow with the distance, at least at its lower end. The left panel has the distance d with
    unnormalised masses, the right one d-bar with normalised masses, each the mean over the
    structural coefficients of components divided by their means over the study. A line shows the
    medians of ten groups of equally many pairs, the heading Spearman's rank correlation.

    Of more than 200 completed networks 200 are compared, evenly taken in the order of the trials.
    Of more than 4,000 pairs 4,000 are drawn; medians and correlations are those of all pairs. Far
    outliers lie outside the axes, which a double click extends to them.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        target: A function of a completed trial whose result is the value; required if the study
            has several objectives.
        target_name: What to call the value.

    Returns:
        The figure, without points if fewer than two networks have a value.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, or `name` is not a string.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, or the
            trials carry networks of other names only.
    """
    plotly_graph_objects()  # raises where plotly is missing
    from plotly.subplots import make_subplots

    found = tried_networks(study, name, target, target_name).with_value
    n = len(found.networks)
    if n < 2:
        reason = f"At least two completed trials with an architecture '{name}' are needed."
        return empty_figure(_TITLE, name, reason)
    compared = found.chosen(evenly(n, MAX_COMPARED))
    first, second = np.triu_indices(len(compared.networks), k=1)
    gaps = _gaps(compared.values[first], compared.values[second])
    distances = study_distances(compared.networks)
    distances.transport.remember(compared.networks)
    panels = {
        "d": distances.d(compared.networks, compared.networks).mean(axis=0)[first, second],
        "d-bar": distances.d_bar(compared.networks, compared.networks).mean(axis=0)[first, second],
    }

    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.08,
        subplot_titles=[f"{key}: {_correlation(part, gaps)}" for key, part in panels.items()],
    )
    drawn = evenly(len(gaps), MAX_DRAWN)
    texts = _pair_texts(compared, first[drawn], second[drawn])
    for column, (key, part) in enumerate(panels.items(), start=1):
        _add_pairs(figure, part[drawn], gaps[drawn], texts, column)
        _add_medians(figure, part, gaps, column)
        axis = {"title_text": f"OTMANN {key} / mean", "range": _range_from_zero(part)}
        figure.update_xaxes(**axis, col=column)
    subtitle = f"all pairs of {len(compared.networks)} networks"
    subtitle += f" of {n}" if len(compared.networks) < n else ""
    subtitle += f", {len(drawn):,} of {len(gaps):,} drawn" if len(drawn) < len(gaps) else ""
    figure.update_layout(layout(_TITLE, name, subtitle))
    shown_name = fitted(target_name, _MAX_NAME, AXIS_TITLE_SIZE)
    figure.update_yaxes(title_text=f"Difference in {axis_text(shown_name)}", col=1)
    figure.update_yaxes(range=_range_from_zero(gaps))
    figure.update_annotations(font_size=13)  # the headings, which have half a figure each
    return with_numbers_apart(figure)


def _add_pairs(
    figure: Figure,
    distances: NDArray[np.float64],
    gaps: NDArray[np.float64],
    texts: list[str],
    column: int,
) -> None:
    figure.add_scatter(
        x=distances,
        y=gaps,
        mode="markers",
        marker={"color": GOOD, "size": 5, "opacity": 0.4},
        name="Pair of networks",
        text=texts,
        hovertemplate="%{text}<br>distance %{x:.4g}<br>difference %{y:.4g}<extra></extra>",
        showlegend=column == 1,
        row=1,
        col=column,
    )


def _add_medians(
    figure: Figure, distances: NDArray[np.float64], gaps: NDArray[np.float64], column: int
) -> None:
    x, y = _medians(distances, gaps)
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": BEST, "width": 2.5},
        name="Median",
        hovertemplate="median distance %{x:.4g}<br>difference %{y:.4g}<extra></extra>",
        showlegend=column == 1,
        row=1,
        col=column,
    )


def _range_from_zero(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """The range of an axis from 0 that leaves far outliers out; None if there are none."""
    shown = axis_range(values)
    return None if shown is None else (-0.05 * shown[1], 1.05 * shown[1])


def _gaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Absolute differences, the largest number where they overflow."""
    with np.errstate(over="ignore"):
        return np.minimum(np.abs(a - b), np.finfo(float).max)


def _correlation(distances: NDArray[np.float64], gaps: NDArray[np.float64]) -> str:
    from scipy.stats import spearmanr  # Imported here because scipy.stats is slow to import.

    if np.ptp(distances) == 0 or np.ptp(gaps) == 0:
        return "no rank correlation"
    return f"rank correlation {spearmanr(distances, gaps).statistic:.2f}"


def _medians(
    distances: NDArray[np.float64], gaps: NDArray[np.float64]
) -> tuple[list[float], list[float]]:
    """Medians of distances and of gaps in groups of pairs by distance."""
    n_groups = min(_MAX_GROUPS, len(gaps) // _LEAST_GROUP)
    if n_groups < 2:
        return [], []
    groups = np.array_split(np.argsort(distances, kind="stable"), n_groups)
    return (
        [float(np.median(distances[group])) for group in groups],
        # One of the gaps, since the mean of two may overflow.
        [float(np.quantile(gaps[group], 0.5, method="nearest")) for group in groups],
    )


def _pair_texts(
    compared: TriedNetworks, first: NDArray[np.intp], second: NDArray[np.intp]
) -> list[str]:
    numbers = [trial.number for trial in compared.trials]
    return [f"trials {numbers[i]} and {numbers[j]}" for i, j in zip(first, second, strict=True)]
