"""The nine edits of the paper (table 3), and what edits make of a network."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.evolution.cell_edits import cell_edits
from optuna_nasbot.evolution.edit import Edit
from optuna_nasbot.evolution.layer_edits import REMOVE_LAYER
from optuna_nasbot.evolution.layer_edits import SWAP_LAYER
from optuna_nasbot.evolution.layer_edits import WEDGE_LAYER
from optuna_nasbot.evolution.path_edits import DUP_PATH
from optuna_nasbot.evolution.path_edits import SKIP_PATH
from optuna_nasbot.evolution.unit_edits import DEC_EN_MASSE
from optuna_nasbot.evolution.unit_edits import DEC_SINGLE
from optuna_nasbot.evolution.unit_edits import INC_EN_MASSE
from optuna_nasbot.evolution.unit_edits import INC_SINGLE
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.spaces import CellSpace

EDITS: tuple[Edit, ...] = (
    INC_SINGLE,
    DEC_SINGLE,
    INC_EN_MASSE,
    DEC_EN_MASSE,
    SWAP_LAYER,
    WEDGE_LAYER,
    REMOVE_LAYER,
    DUP_PATH,
    SKIP_PATH,
)
EDIT_COUNT_PROBABILITIES = (0.5, 0.25, 0.125, 0.075, 0.05)
"""Of 1, 2, ... edits a child (paper, appendix)."""

_MAX_ATTEMPTS = 20


def edits_of(space: ArchitectureSpace) -> tuple[Edit, ...]:
    """The edits that a space is searched by: the paper's nine, or those of cells."""
    return cell_edits(space) if isinstance(space, CellSpace) else EDITS


def edited_once(
    architecture: Architecture, space: ArchitectureSpace, rng: np.random.Generator
) -> Architecture | None:
    """A random network of the space that is one edit away, None if none was found."""
    edits = edits_of(space)
    probabilities = [edit.probability for edit in edits]
    for _ in range(_MAX_ATTEMPTS):
        edit = edits[_drawn(probabilities, rng)]
        sites = edit.sites(architecture, rng)
        if sites:
            child = edit.apply(architecture, sites[int(rng.integers(len(sites)))], rng)
            if child is not None and space.violation(child) is None:
                return child
    return None


def _drawn(weights: Sequence[float], rng: np.random.Generator) -> int:
    """A position drawn with a probability in proportion to its weight."""
    bounds = list(accumulate(weights))
    return bisect(bounds, rng.random() * bounds[-1], hi=len(bounds) - 1)


def edited(
    architecture: Architecture,
    space: ArchitectureSpace,
    rng: np.random.Generator,
    count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
) -> Architecture:
    """A child of a network: some random edits away, within the space after each of them.

    Args:
        architecture: The parent, a network of the space.
        space: The search space.
        rng: Source of randomness.
        count_probabilities: Probabilities of 1, 2, ... edits.

    Returns:
        The child; what was reached before an edit found nothing, so possibly the parent.
    """
    for _ in range(1 + _drawn(count_probabilities, rng)):
        child = edited_once(architecture, space, rng)
        if child is None:
            break
        architecture = child
    return architecture


def one_edit_neighbours(
    architecture: Architecture,
    space: ArchitectureSpace,
    rng: np.random.Generator,
    at_most: int | None = None,
) -> list[Architecture]:
    """The network of the space that each edit makes at each of its places, each once.

    What an edit leaves open at a place is drawn at random.

    Args:
        architecture: The network to edit.
        space: The search space.
        rng: Source of randomness.
        at_most: How many neighbours to return at most, drawn at random; None for all.

    Returns:
        Different networks, in random order.
    """
    places = [(edit, site) for edit in edits_of(space) for site in edit.sites(architecture, rng)]
    seen = {architecture.canonical_hash()}
    neighbours: list[Architecture] = []
    for position in rng.permutation(len(places)):
        if at_most is not None and len(neighbours) >= at_most:
            break
        edit, site = places[position]
        child = edit.apply(architecture, site, rng)
        if child is not None and space.violation(child) is None:
            if child.canonical_hash() not in seen:
                seen.add(child.canonical_hash())
                neighbours.append(child)
    return neighbours
