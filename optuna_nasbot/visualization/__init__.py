"""Drawings of networks and figures of studies."""

from __future__ import annotations

from optuna_nasbot.visualization.architecture_plot import plot_architecture
from optuna_nasbot.visualization.mermaid import to_mermaid
from optuna_nasbot.visualization.svg import to_svg
from optuna_nasbot.visualization.text import to_text

__all__ = [
    "plot_architecture",
    "to_mermaid",
    "to_svg",
    "to_text",
]
