"""The drawing that notebooks show of a network."""

from __future__ import annotations

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError

_MAX_EDGES = 1_000
"""Tangles of more edges take minutes to draw. The longest chain that can be stored has fewer."""


def drawn_in_notebook(architecture: Architecture) -> str | None:
    """The drawing of a network as SVG.

    None where the network is too large to be drawn unasked, and where its kind is not known in
    this process, as when it was unpickled without its space: notebooks then show its `repr`.
    """
    if len(architecture.edges) > _MAX_EDGES:
        return None
    # Imported here because most programs draw nothing.
    from optuna_nasbot.visualization import to_svg

    try:
        return to_svg(architecture)
    except ArchitectureError:
        return None
