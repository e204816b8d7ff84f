"""The nine edits of the paper for layers whose widths come from a list."""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from functools import partial

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.edits.edit import Apply
from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.graph_builder import GraphBuilder
from optuna_nasbot.edits.layer_edits import WEDGE_LAYER
from optuna_nasbot.edits.layer_edits import wedge_layer
from optuna_nasbot.edits.paper_edits import EDITS
from optuna_nasbot.edits.unit_edits import DEC_EN_MASSE
from optuna_nasbot.edits.unit_edits import DEC_SINGLE
from optuna_nasbot.edits.unit_edits import INC_EN_MASSE
from optuna_nasbot.edits.unit_edits import INC_SINGLE
from optuna_nasbot.edits.unit_edits import LayerGroup


@lru_cache(maxsize=64)
def edits_on(listed: tuple[int, ...]) -> tuple[Edit, ...]:
    """The paper's edits, changed so that networks with listed widths keep to the list.

    Layers are widened and narrowed to the next width in the list. A new layer gets the listed
    width nearest to the one that it would have otherwise.

    Args:
        listed: Distinct widths in increasing order.
    """
    wider = partial(step_units, listed=listed, sign=1)
    narrower = partial(step_units, listed=listed, sign=-1)
    changed: dict[Edit, Apply] = {
        INC_SINGLE: wider,
        INC_EN_MASSE: wider,
        DEC_SINGLE: narrower,
        DEC_EN_MASSE: narrower,
        WEDGE_LAYER: partial(wedge_layer, whole=partial(nearest, listed)),
    }
    return tuple(replace(edit, apply=changed.get(edit, edit.apply)) for edit in EDITS)


def step_units(
    architecture: Architecture,
    group: LayerGroup,
    rng: np.random.Generator,
    *,
    listed: Sequence[int],
    sign: int,
) -> Architecture | None:
    """Widen (`sign` 1) or narrow (-1) the layers of a group to the next listed width.

    Returns:
        The network; None if the list ends before one of the layers can change.
    """
    builder = GraphBuilder(architecture)
    for index in group:
        layer = architecture.layers[index]
        units = layer.units or 0
        position = bisect_right(listed, units) if sign > 0 else bisect_left(listed, units) - 1
        if not 0 <= position < len(listed):
            return None
        builder.layers[index] = Layer(layer.label, listed[position], layer.stride)
    return builder.build()


def nearest(listed: Sequence[int], width: float) -> int:
    """The listed width nearest to a number; of two equally near ones the smaller."""
    return min(listed, key=lambda each: abs(each - width))
