"""Can the sampler's model be trusted?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import TrialState

from optuna_nasbot.distance.study_distances import study_distances
from optuna_nasbot.gp.informative import informative_subset
from optuna_nasbot.gp.kernels import default_kernel
from optuna_nasbot.gp.surrogate import MAX_OBSERVATIONS
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.trials.configuration import of_networks
from optuna_nasbot.trials.values import observed_values
from optuna_nasbot.visualization.figures.fitting import AXIS_TITLE_SIZE
from optuna_nasbot.visualization.figures.fitting import fitted
from optuna_nasbot.visualization.figures.fitting import in_lines
from optuna_nasbot.visualization.figures.fitting import with_numbers_apart
from optuna_nasbot.visualization.figures.study_layout import BAD
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import NEUTRAL
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import hover_text
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.tried_networks import DEFAULT_TARGET_NAME
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import TriedNetworks
from optuna_nasbot.visualization.figures.tried_networks import tried_networks
from optuna_nasbot.visualization.plotly_import import plotly_graph_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TITLE = "Surrogate"
_FEWEST = 3
_NAME = "architecture"
"""What the model calls the networks; the name that trials carry them under is of no concern."""
_TITLE_WIDTH = 380.0
"""Pixels of a line below the axis."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the surrogate expects of each network when that is left out.

    Attributes:
        of: n networks with a value.
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
    """Plot how well the Gaussian process of `NASBOTSampler` predicts each network from the others.

    Each network is left out in turn and predicted from the others, with the hyperparameters
    fitted to all of them. The scale is the one that the model sees: normal scores
    of the ranks of the values, mean 0 and variance 1, larger is better whatever the study's
    direction. Bars are one standard deviation of the predicted value; of a model that judges its
    errors rightly about 95 % of the values are within two of them. An R² near 0 means that the
    networks' graphs don't tell the values apart: too few trials, much noise in the objective, or
    networks that are equally good.

    Pruned networks, shown as triangles, have the value that the sampler gives them: at most the
    median if they were pruned early. Failed and running ones, of which the sampler also takes
    note, are left out. Of more than 500 networks those are taken that the sampler keeps.

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
        TypeError: `study` is no study or `name` no string.
        ValueError: `target` is missing or gives no numbers, or the trials carry networks of other
            names only.
    """
    go = plotly_graph_objects()
    found = tried_networks(study, name, target, target_name)
    found = _as_modelled(found, study) if target is None else found.with_value
    if len(found.networks) < _FEWEST:
        reason = f"At least three trials with a value and an architecture '{name}' are needed."
        return empty_figure(_TITLE, name, reason)
    predictions = leave_one_out_predictions(found)
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


def _as_modelled(found: TriedNetworks, study: Study) -> TriedNetworks:
    """The networks that the sampler counts as observed, with the values that it gives them."""
    is_observed = [
        trial.values is not None and not math.isnan(trial.values[0]) for trial in found.trials
    ]
    observed = found.chosen(np.flatnonzero(is_observed))
    values = observed_values(observed.trials, study.direction)
    return replace(observed, values=observed.sign * values)


def leave_one_out_predictions(found: TriedNetworks) -> Predictions:
    """Leave each network out in turn, at the hyperparameters that fit all of them.

    Args:
        found: At least one network, all with a value.
    """
    worth = found.sign * found.values
    kernel = default_kernel({_NAME: study_distances(found.networks)})
    configurations = of_networks(_NAME, found.networks)
    targets = Targets(worth)
    surrogate = SurrogateFitter(kernel, MAX_OBSERVATIONS).fit(configurations, targets)
    keys = [each.key for each in configurations]
    kept = informative_subset(keys, targets.all, MAX_OBSERVATIONS)
    observed = targets.all[kept]
    return Predictions(found.chosen(kept), observed, *surrogate.leave_one_out(observed))


def _add_predictions(
    figure: Figure,
    predictions: Predictions,
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
