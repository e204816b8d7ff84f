"""The wires of a drawing, from node to node."""

from __future__ import annotations

from collections import defaultdict

from optuna_nasbot.visualization.drawing.columns import Columns
from optuna_nasbot.visualization.drawing.drawing import Point
from optuna_nasbot.visualization.drawing.drawing import Wire
from optuna_nasbot.visualization.drawing.places import GUTTER
from optuna_nasbot.visualization.drawing.places import TRACK
from optuna_nasbot.visualization.drawing.places import Places
from optuna_nasbot.visualization.drawing.sizes import Sizes

Path = tuple[Point, ...]


def wires_of(columns: Columns, places: Places, sizes: Sizes) -> tuple[Wire, ...]:
    """One wire for each layer and junction with an output.

    Between rows it curves, within rows it is vertical: so it meets no box that it passes.
    """
    paths: defaultdict[int, list[Path]] = defaultdict(list)
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in columns.links:
        origin = columns.origins[start]
        paths[origin].append((*_out_of(start, places, sizes), *_into(end, places, sizes)))
        if not sizes.is_bend(end):
            ends[origin].append(end)
    for index, turn in enumerate(columns.turns):
        for track, (start, end) in enumerate(turn):
            around = _around(start, end, track, len(turn), places.rights[index], places)
            path = (*_out_of(start, places, sizes), *around, *_into(end, places, sizes))
            paths[columns.origins[start]].append(path)
    return tuple(
        Wire(origin, tuple(sorted(ends[origin])), tuple(pieces))
        for origin, pieces in paths.items()
    )


def _around(start: int, end: int, track: int, n_tracks: int, right: float, places: Places) -> Path:
    """The way below a column, up beside it, and above the next one.

    Tracks are nested so that they don't cross: the rightmost one is the innermost on the way out
    and the outermost on the way in.
    """
    out, into = places.nodes[start], places.nodes[end]
    inner = GUTTER + TRACK * (n_tracks - 1 - track)
    below, lane, above = out.bottom + inner, right + inner, into.top - GUTTER - TRACK * track
    return ((out.x, below), (lane, below), (lane, above), (into.x, above))


def _out_of(node: int, places: Places, sizes: Sizes) -> Path:
    place = places.nodes[node]
    below = (place.x, place.bottom)
    if sizes.is_box(node) or sizes.is_bend(node):
        return (below,)
    return ((place.x, place.middle), below)


def _into(node: int, places: Places, sizes: Sizes) -> Path:
    place = places.nodes[node]
    above = (place.x, place.top)
    if sizes.is_box(node):
        return (above,)
    return (above, (place.x, place.bottom if sizes.is_bend(node) else place.middle))
