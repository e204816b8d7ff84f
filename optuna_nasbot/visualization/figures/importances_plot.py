"""What matters: the network, or a parameter?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from optuna.study import Study

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.importances import Importance
from optuna_nasbot.gp.importances import importances
from optuna_nasbot.visualization.figures.modelled_trials import FEWEST_MODELLED
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials
from optuna_nasbot.visualization.figures.modelled_trials import modelled_trials
from optuna_nasbot.visualization.figures.study_layout import GOOD
from optuna_nasbot.visualization.figures.study_layout import LIGHT
from optuna_nasbot.visualization.figures.study_layout import empty_figure
from optuna_nasbot.visualization.figures.study_layout import layout
from optuna_nasbot.visualization.figures.surrogate_plot import leave_one_out_predictions
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

_TITLE = "Importances"
_MAX_ROWS = 12
_ROOM = 1.15
"""The length of the axis, in lengths of the longest bar: the rest is for its number."""
_LEAST_R2 = 0.1
"""From here on the model predicts something of trials that it is not shown."""
_MAX_NAME = 130.0
"""Pixels of a name beside the axis."""


def plot_importances(
    study: Study,
    name: str,
    *,
    target: Target | None = None,
    target_name: str = DEFAULT_TARGET_NAME,
) -> Figure:
    """Plot how much the network matters, and each parameter that is searched with it.

    A bar is the share of the variance of the model's predictions that is due to a network or a
    parameter. With f the posterior mean of the Gaussian process of `NASBOTSampler`, and X a random
    configuration, networks drawn from the different ones that were tried and parameters from their
    distributions, it consists of

    - alone: ``Var(E[f(X) | X_i]) / Var(f(X))``, the first-order index of Sobol'
    - together with others: ``E[Var(f(X) | X_-i)] / Var(f(X))``, the total index, minus the
      former. It is the effect of i that depends on the others, and counts for each of them.

    (Sobol' 2001, "Global sensitivity indices for nonlinear mathematical models and their Monte
    Carlo estimates"; `optuna_nasbot.gp.importances` has the estimates.) Bars may add up to more
    than 1. f is on the scale that the model sees, normal scores of ranks. A parameter counts with
    its whole range, a network with those that were tried: where all of them are good, it does not
    show what a bad one would cost.

    The heading has the R² of predictions of trials that are left out, as in `plot_surrogate`.
    Where it is near 0, importances mean nothing, and below 0.1 the heading says so. Parameters are
    those of the latest trial with a value, as for the samplers. Networks of other names that
    trials carry count as well. Of more than 12 bars the longest are shown.

    Args:
        study: A study.
        name: The name under which its trials carry networks. Of several kinds the one that most
            trials carry is shown.
        target: A function of a completed trial whose result is the value; required if the study
            has several objectives. Pruned networks are left out then.
        target_name: What to call the value.

    Returns:
        The figure, without bars if fewer than three trials have a value, if there is nothing but
        one network, or if the model expects the same of all.

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
    if len(modelled.dimensions.names) < 2:
        reason = (
            f"The latest trial with a value has nothing besides its architecture '{name}' to "
            "compare it with: no parameter with two values or more, and no other architecture."
        )
        return empty_figure(_TITLE, name, reason)
    shares = importances(
        modelled.surrogate, _different_networks(modelled), modelled.dimensions.parameters
    )
    if not shares:
        return empty_figure(_TITLE, name, "The model expects the same value of all trials.")
    shown = sorted(shares, key=lambda share: -share.total)[:_MAX_ROWS]
    figure = go.Figure(layout=layout(_TITLE, name, _subtitle(modelled, len(shown), len(shares))))
    _add_bars(figure, shown)
    figure.update_layout(barmode="stack")
    figure.update_yaxes(
        tickvals=[*range(len(shown))],
        ticktext=[_row_label(each) for each in shown],
        autorange="reversed",
    )
    figure.update_xaxes(
        title_text="Share of the variance of predictions",
        range=(0.0, _ROOM * shown[0].total),
        tickformat=".0%",
    )
    return with_numbers_apart(figure)


def _different_networks(modelled: ModelledTrials) -> dict[str, list[Architecture]]:
    """The different networks that were tried, for each name that has some."""
    different: dict[str, dict[str, Architecture]] = {}
    for name in modelled.dimensions.kinds:
        for each in modelled.configurations:
            if name in each.networks:
                network = each.networks[name]
                different.setdefault(name, {}).setdefault(network.canonical_hash(), network)
    return {name: [*networks.values()] for name, networks in different.items()}


def _subtitle(modelled: ModelledTrials, n_shown: int, n: int) -> str:
    explained = leave_one_out_predictions(modelled).explained
    r2 = "no R²" if math.isnan(explained) else f"R² {explained:.2f}"
    some = f"{n_shown} of {n} shown; " if n_shown < n else ""
    if explained > _LEAST_R2:
        return f"and of what is searched with it; {some}trials left out: {r2}"
    return f"{some}trials left out: {r2}; bars mean nothing"


def _row_label(importance: Importance) -> str:
    shown = axis_text(fitted(importance.name, _MAX_NAME, LABEL_SIZE))
    return f"{shown} (network)" if importance.is_network else shown


def _add_bars(figure: Figure, shown: Sequence[Importance]) -> None:
    rows = [*range(len(shown))]
    alone = [each.alone for each in shown]
    more = [each.total - each.alone for each in shown]
    parts = (("Alone", GOOD, alone), ("Together with others", LIGHT, more))
    for label, colour, lengths in parts:
        figure.add_bar(
            x=lengths,
            y=rows,
            orientation="h",
            name=label,
            marker={"color": colour},
            hovertemplate="%{x:.1%}<extra>" + label.lower() + "</extra>",
        )
    figure.add_scatter(
        x=[each.total for each in shown],
        y=rows,
        mode="text",
        text=[f" {each.total:.0%}" for each in shown],
        textposition="middle right",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )
