"""The edits of cells. A place says all about an edit: nothing is left to chance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.evolution.edge_cell_edits import EDGE_CELL_CHANGES
from optuna_nasbot.evolution.edge_cell_edits import EdgeChange
from optuna_nasbot.evolution.edge_cell_edits import Labels
from optuna_nasbot.evolution.edit import Edit
from optuna_nasbot.evolution.vertex_cell_edits import VERTEX_CELL_CHANGES
from optuna_nasbot.evolution.vertex_cell_edits import VertexCell
from optuna_nasbot.evolution.vertex_cell_edits import VertexChange
from optuna_nasbot.spaces import CellSpace


@lru_cache(maxsize=16)
def cell_edits(space: CellSpace) -> tuple[Edit, ...]:
    """The edits of the cells of a space, all of them equally likely to make a random child."""
    if space.is_on_edges:
        return tuple(_edge_edit(space, *item) for item in EDGE_CELL_CHANGES.items())
    return tuple(_vertex_edit(space, *item) for item in VERTEX_CELL_CHANGES.items())


def _edge_edit(space: CellSpace, name: str, changed: EdgeChange) -> Edit:
    def sites(cell: Architecture, rng: np.random.Generator) -> list[Labels]:
        return list(changed(space.edges_of_network(cell), space))

    def apply(cell: Architecture, site: Labels, rng: np.random.Generator) -> Architecture | None:
        return space.network_of_edges(site)

    return Edit(name, 1.0, sites, apply)


def _vertex_edit(space: CellSpace, name: str, changed: VertexChange) -> Edit:
    def sites(cell: Architecture, rng: np.random.Generator) -> list[VertexCell]:
        return list(changed(cell, space))

    def apply(
        cell: Architecture, site: VertexCell, rng: np.random.Generator
    ) -> Architecture | None:
        return space.network_of_vertices(*site)

    return Edit(name, 1.0, sites, apply)
