"""The drawing that notebooks show of a network."""

from __future__ import annotations

from optuna_nasbot.architecture import Architecture

_MAX_EDGES = 200
"""Edges beyond those of a chain: with more, drawings may take minutes. By default spaces allow 200
edges in all."""


def drawn_in_notebook(architecture: Architecture) -> str:
    """The drawing of a network as SVG, or why there is none.

    There is none of a network that is too large to be drawn unasked, of one whose kind is not
    known in this process, as when it was unpickled without its space, and where a user's mass rule
    fails.
    """
    # Imported here because most programs draw nothing.
    from optuna_nasbot.visualization import to_svg
    from optuna_nasbot.visualization.drawing.svg import text_as_svg

    if len(architecture.edges) - len(architecture.layers) > _MAX_EDGES:
        reason = (
            "A network of so many edges may take minutes to draw. "
            "Call optuna_nasbot.visualization.to_svg to draw it."
        )
        return text_as_svg(repr(architecture), reason)
    try:
        return to_svg(architecture)
    except Exception as error:  # shown in place of the drawing, since nobody called for it
        return text_as_svg(repr(architecture), str(error) or type(error).__name__)
