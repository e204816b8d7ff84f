"""Plotly, which only those who look at figures need."""

from __future__ import annotations

from typing import Any


def import_plotly() -> Any:
    """The package plotly, with the modules that the figures use.

    Raises:
        ImportError: It is not installed.
    """
    try:
        import plotly.colors
        import plotly.graph_objects
        import plotly.subplots
    except ImportError as error:
        raise ImportError(
            "Figures need plotly, which can't be imported: "
            f'pip install "optuna-nasbot[visualization]". ({error})',
            name=error.name,
        ) from error
    return plotly
