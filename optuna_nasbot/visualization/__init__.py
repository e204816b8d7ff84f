"""Drawings of networks and figures of studies, in the manner of `optuna.visualization`."""

from __future__ import annotations

from optuna_nasbot.visualization.dashboard.callback import DashboardCallback
from optuna_nasbot.visualization.dashboard.callback import add_to_dashboard
from optuna_nasbot.visualization.drawing.architecture_plot import plot_architecture
from optuna_nasbot.visualization.drawing.mermaid import to_mermaid
from optuna_nasbot.visualization.drawing.svg import to_svg
from optuna_nasbot.visualization.drawing.text import to_text
from optuna_nasbot.visualization.figures.architecture_map import plot_architecture_map
from optuna_nasbot.visualization.figures.distance_vs_value import plot_distance_vs_value
from optuna_nasbot.visualization.figures.edits_plot import plot_edits
from optuna_nasbot.visualization.figures.importances_plot import plot_importances
from optuna_nasbot.visualization.figures.parallel_coordinate import plot_parallel_coordinate
from optuna_nasbot.visualization.figures.pareto_front import plot_pareto_front
from optuna_nasbot.visualization.figures.slice_plot import plot_slice
from optuna_nasbot.visualization.figures.surrogate_plot import plot_surrogate
from optuna_nasbot.visualization.html_report import to_html

__all__ = [
    "DashboardCallback",
    "add_to_dashboard",
    "plot_architecture",
    "plot_architecture_map",
    "plot_distance_vs_value",
    "plot_edits",
    "plot_importances",
    "plot_parallel_coordinate",
    "plot_pareto_front",
    "plot_slice",
    "plot_surrogate",
    "to_html",
    "to_mermaid",
    "to_svg",
    "to_text",
]
