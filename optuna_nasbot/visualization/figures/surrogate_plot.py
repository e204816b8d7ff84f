"""Can the sampler's model be trusted?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import TrialState

from optuna_nasbot.visualization.figures.modelled_trials import FEWEST_MODELLED
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.study_layout import BAD
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import NEUTRAL
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import hover_text
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.text_fitting import AXIS_TITLE_SIZE
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

_TITLE = "Surrogate"
_TITLE_WIDTH = 380.0
"""Pixels of a line below the axis."""


@dataclass(frozen=True, eq=False)
class LeaveOneOutPredictions:
    """What the surrogate expects of each trial when that is left out.

    Attributes:
        of: The n trials that the model keeps.
        observed: Their warped values, larger is better, shape (n,).
        mean: Their predictions from the n - 1 others, shape (n,).
        std: Standard deviations of the predicted values, noise included, shape (n,).
    """

    of: TriedNetworks
    observed: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @property
    def is_within_two_std(self) -> NDArray[np.bool_]:
        """Which observed values are within two standard deviations of the prediction."""
        return np.abs(self.observed - self.mean) <= 2 * self.std

    @property
    def explained(self) -> float:
        """R², the share of the variance that is predicted; NaN where all values are equal."""
        variance = self.observed.var()
        if variance == 0:
            return math.nan
        return float(1 - np.square(self.observed - self.mean).mean() / variance)


def plot_surrogate(
    study: Study,
    name: str,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot how well the Gaussian process of `NASBOTSampler` predicts each trial from the others.

    Each trial is left out in turn and predicted from the others, by its network and by the
    parameters and other networks that are searched together with it, with the hyperparameters
    fitted to all trials. The scale is the one that the model sees: normal scores of the ranks of
    the values, mean 0 and variance 1, larger is better whatever the study's direction. Bars are
    one standard deviation of the predicted value. If the model judges its errors correctly, about
    95 % of the values are within two standard deviations. An R² near 0 means that the networks'
    graphs, and the parameters, don't tell the values apart: too few trials, much noise in the
    objective, or networks that are equally good.

    Pruned networks, shown as triangles, have the value that the sampler gives them: at most the
    median if they were pruned early. Failed and running ones, which the sampler also considers,
    are left out. Of more than 500 networks those that the sampler keeps are shown.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        target: A function of a completed trial whose result is the value, smaller is better;
            required if the study has several objectives. Pruned networks are left out then.
        target_name: What to call the value.

    Returns:
        The figure, without points if fewer than three networks have a value.

    Raises:
        ImportError: plotly is not installed.
        TypeError: `study` is not a study, or `name` is not a string.
        ValueError: `name` is empty or has a colon, `target` is missing or gives no numbers, or the
            trials carry networks of other names only.
    """
    go = plotly_graph_objects()
    found = tried_networks(study, name, target, target_name)
    modelled = modelled_trials(study, found, name, target)
    if len(modelled.configurations) < FEWEST_MODELLED:
        reason = f"At least three trials with a value and an architecture '{name}' are needed."
        return empty_figure(_TITLE, name, reason)
    predictions = leave_one_out_predictions(modelled)
    is_within = predictions.is_within_two_std
    explained = predictions.explained
    subtitle = (
        f"each left out: {'no R²' if math.isnan(explained) else f'R² {explained:.2f}'}, "
        f"{is_within.mean():.0%} of {len(is_within)} values within two std"
    )
    figure = go.Figure(layout=layout(_TITLE, name, subtitle))
    ends = [float(predictions.observed.min()), float(predictions.observed.max())]
    figure.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        line={"color": NEUTRAL, "dash": "dash"},
        name="Exact",
        hoverinfo="skip",
    )
    _add_predictions(figure, predictions, is_within, GOOD, "Within two std", target_name)
    _add_predictions(figure, predictions, ~is_within, BAD, "Farther off", target_name)
    shown_name = fitted(target_name, 0.7 * _TITLE_WIDTH, AXIS_TITLE_SIZE)
    observed = f"Observed {shown_name}, warped (larger is better)"
    figure.update_xaxes(title_text=in_lines(observed, _TITLE_WIDTH, AXIS_TITLE_SIZE))
    figure.update_yaxes(title_text="Predicted from the others, ± one std", zeroline=False)
    return with_numbers_apart(figure)


def leave_one_out_predictions(modelled: ModelledTrials) -> LeaveOneOutPredictions:
    """Leave each trial out in turn, at the hyperparameters that fit all of them.

    Args:
        modelled: At least one trial.
    """
    surrogate = modelled.surrogate
    kept = set(map(id, surrogate.configurations))
    chosen = np.array([i for i, each in enumerate(modelled.configurations) if id(each) in kept])
    observed = modelled.targets.all[chosen]
    return LeaveOneOutPredictions(
        modelled.of.chosen(chosen), observed, *surrogate.leave_one_out(observed)
    )


def _add_predictions(
    figure: Figure,
    predictions: LeaveOneOutPredictions,
    chosen: NDArray[np.bool_],
    colour: str,
    label: str,
    target_name: str,
) -> None:
    """Add the networks of one entry of the legend, if there are any."""
    if not chosen.any():
        return
    observed, mean, std = predictions.observed, predictions.mean, predictions.std
    of = predictions.of
    indices = np.flatnonzero(chosen)
    is_pruned = [of.trials[i].state == TrialState.PRUNED for i in indices]
    texts = [
        hover_text(
            of.trials[i],
            of.networks[i],
            f"{target_name}: {of.values[i]:.6g}",
            f"warped {observed[i]:.3f}, predicted {mean[i]:.3f} ± {std[i]:.3f}",
        )
        for i in indices
    ]
    figure.add_scatter(
        x=observed[chosen],
        y=mean[chosen],
        error_y={"array": std[chosen], "thickness": 1, "width": 0},
        mode="markers",
        marker={
            "color": colour,
            "size": 7,
            "symbol": np.where(is_pruned, "triangle-down", "circle"),
        },
        name=label,
        hovertext=texts,
        hoverinfo="text",
    )
