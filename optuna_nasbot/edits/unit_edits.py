"""Edits of widths: inc_single, dec_single, inc_en_masse, dec_en_masse (paper, table 3)."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.graph_builder import GraphBuilder

_STEP = 0.125
_GROUPINGS = ((2, 4), (4, 8), (8, 16))
"""Pairs: a number of groups, and the least number of internal layers for this grouping."""

LayerGroup = tuple[int, ...]


def layers_with_units(architecture: Architecture) -> list[int]:
    """The layers whose width can change, in topological order."""
    return [index for index, layer in enumerate(architecture.layers) if layer.units is not None]


def single_sites(architecture: Architecture, rng: np.random.Generator) -> list[LayerGroup]:
    """Every layer with units, as a group of its own."""
    return [(index,) for index in layers_with_units(architecture)]


def en_masse_sites(architecture: Architecture, rng: np.random.Generator) -> list[LayerGroup]:
    """Halves, quarters and eighths of the layers with units, as far as the depth allows."""
    changeable = layers_with_units(architecture)
    n_internal = len(architecture.layers) - 2
    groups = []
    for n_groups, least in _GROUPINGS:
        if n_internal >= least:
            bounds = [len(changeable) * k // n_groups for k in range(n_groups + 1)]
            groups += [tuple(changeable[start:end]) for start, end in pairwise(bounds)]
    return [group for group in groups if group]


def scale_units(
    architecture: Architecture, group: LayerGroup, rng: np.random.Generator, *, sign: int
) -> Architecture | None:
    """Widen (`sign` 1) or narrow (-1) the layers of a group by an eighth, at least by one."""
    builder = GraphBuilder(architecture)
    for index in group:
        layer = architecture.layers[index]
        units = layer.units or 0
        change = max(1, rounded(units * (1 + sign * _STEP)) * sign - units * sign)
        builder.layers[index] = Layer(layer.label, units + sign * change, layer.stride)
    return builder.build()


def rounded(value: float) -> int:
    """The nearest whole number, halves away from zero, as in the reference."""
    return math.floor(value + 0.5)


INC_SINGLE = Edit("inc_single", 0.1, single_sites, partial(scale_units, sign=1))
DEC_SINGLE = Edit("dec_single", 0.1, single_sites, partial(scale_units, sign=-1))
INC_EN_MASSE = Edit("inc_en_masse", 0.1, en_masse_sites, partial(scale_units, sign=1))
DEC_EN_MASSE = Edit("dec_en_masse", 0.1, en_masse_sites, partial(scale_units, sign=-1))
