"""Colours of layers: what is known of them without numbering them.

Colours are refined until neighbours distinguish no more layers (Weisfeiler-Lehman).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.topology import Neighbours

Colours = list[int]
"""For each layer how many have smaller colours: its place, if no other layer has its colour."""
Cells = dict[int, list[int]]
"""The colours that several layers share, each with these layers."""


def initial_colours(layers: Sequence[Layer], parents: Neighbours) -> tuple[Colours, Cells]:
    """Colours by the layer itself and by all that leads to it.

    Layers are coloured level by level (by the longest path from the input). So colours, unlike
    places in a topological order, do not depend on how layers are numbered.
    """
    colours = [0] * len(layers)
    cells: Cells = {}

    def key(index: int) -> Any:
        layer = layers[index]
        own = (layer.label, layer.units or 0, layer.stride or 0)
        return own, tuple(sorted([colours[parent] for parent in parents[index]]))

    used = 0
    for level in _levels(parents):
        for index in level:
            colours[index] = used
        if len(level) > 1:
            cells[used] = level
            tell_apart(colours, cells, used, key)
        used += len(level)
    return colours, cells


def _levels(parents: Neighbours) -> list[list[int]]:
    """The layers by the length of the longest path that leads to them."""
    depth = [0] * len(parents)
    levels: list[list[int]] = []
    for index, sources in enumerate(parents):
        for parent in sources:
            if depth[parent] >= depth[index]:
                depth[index] = depth[parent] + 1
        if depth[index] == len(levels):
            levels.append([])
        levels[depth[index]].append(index)
    return levels


def tell_apart(
    colours: Colours, cells: Cells, colour: int, key: Callable[[int], Any]
) -> list[int]:
    """Split the layers of a colour by a key and return those that get a new colour."""
    alike: dict[Any, list[int]] = defaultdict(list)
    for index in cells.pop(colour):
        alike[key(index)].append(index)
    changed: list[int] = []
    start = colour
    for _, members in sorted(alike.items()):
        if start > colour:
            changed += members
            for index in members:
                colours[index] = start
        if len(members) > 1:
            cells[start] = members
        start += len(members)
    return changed


def refine(
    colours: Colours,
    cells: Cells,
    changed: Sequence[int],
    parents: Neighbours,
    children: Neighbours,
) -> None:
    """Distinguish layers by neighbours whose colours changed, until no colour changes any more."""
    while changed and cells:
        above: dict[int, list[int]] = defaultdict(list)
        below: dict[int, list[int]] = defaultdict(list)
        for index in sorted(changed, key=colours.__getitem__):
            for child in children[index]:
                above[child].append(colours[index])
            for parent in parents[index]:
                below[parent].append(colours[index])
        touched = {colours[index] for index in (*above, *below)} & cells.keys()
        keys = {
            index: (tuple(above[index]), tuple(below[index]))
            for colour in touched
            for index in cells[colour]
        }
        changed = [
            index
            for colour in touched
            for index in tell_apart(colours, cells, colour, keys.__getitem__)
        ]
