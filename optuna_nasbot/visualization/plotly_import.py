"""plotly, which is installed with the extra `visualization`."""

from __future__ import annotations

from types import ModuleType


def plotly_graph_objects() -> ModuleType:
    """The module `plotly.graph_objects`.

    Raises:
        ImportError: plotly is not installed.
    """
    try:
        from plotly import graph_objects
    except ImportError as error:
        raise ImportError(
            "plotly: expected to be installed, since figures are made with it. "
            'Install it with `pip install plotly`, or this package with its extra "visualization".'
        ) from error
    module: ModuleType = graph_objects
    return module
