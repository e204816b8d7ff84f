"""The edits of cells, and the one-edit neighbours that they make."""

from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import CellSpace
from optuna_nasbot import Operation
from optuna_nasbot.edits.edge_cell_edits import edge_cell_edits
from optuna_nasbot.edits.vertex_cell_edits import vertex_cell_edits
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import one_edit_neighbours
from optuna_nasbot.search.mutation import mutate

OPERATIONS = [Operation("a"), Operation("b")]
VERTICES = CellSpace(
    kind="test-edits-vertices", operations=OPERATIONS, max_vertices=5, max_edges=6
)
EDGES = CellSpace(
    kind="test-edits-edges", operations=OPERATIONS, operations_on="edges", max_vertices=4
)
SPACES = pytest.mark.parametrize("space", [VERTICES, EDGES], ids=["vertices", "edges"])


def made(space: CellSpace, name: str, cell) -> set[str]:
    """The canonical hashes of what an edit makes of a cell."""
    (edit,) = [edit for edit in space.edits if edit.name == name]
    rng = np.random.default_rng(0)
    children = [edit.apply(cell, site, rng) for site in edit.sites(cell, rng)]
    return {child.canonical_hash() for child in children if child is not None}


def hashes(*cells) -> set[str]:
    return {cell.canonical_hash() for cell in cells}


def chain(*labels: str):
    """A chain of operations on vertices."""
    n = len(labels) + 1
    return VERTICES.network_of_vertices(labels, [(i, i + 1) for i in range(n)])


def test_label_vertex():
    assert made(VERTICES, "label_vertex", chain("a", "b")) == hashes(
        chain("b", "b"), chain("a", "a")
    )


def test_add_edge():
    path = [(0, 1), (1, 2), (2, 3)]
    expected = [
        VERTICES.network_of_vertices(["a", "b"], [*path, edge])
        for edge in [(0, 2), (0, 3), (1, 3)]
    ]
    assert made(VERTICES, "add_edge", chain("a", "b")) == hashes(*expected)


def test_add_edge_between_vertices_of_either_order():
    parallel = VERTICES.network_of_vertices(["a", "b"], [(0, 1), (0, 2), (1, 3), (2, 3)])
    edges = [(0, 1), (0, 2), (1, 3), (2, 3)]
    expected = [
        VERTICES.network_of_vertices(["a", "b"], [*edges, edge])
        for edge in [(1, 2), (2, 1), (0, 3)]
    ]
    assert made(VERTICES, "add_edge", parallel) == hashes(*expected)


def test_remove_edge_of_vertex_cells_prunes():
    branched = VERTICES.network_of_vertices(["a", "b"], [(0, 1), (1, 3), (0, 2), (2, 3)])
    assert made(VERTICES, "remove_edge", branched) == hashes(chain("a"), chain("b"))
    assert made(VERTICES, "remove_edge", chain("a")) == set()


def test_add_vertex_to_vertex_cells():
    expected = [chain(label, "a") for label in "ab"] + [chain("a", label) for label in "ab"]
    path = [(0, 1), (1, 3)]
    for label in "ab":
        for new in [(0, 2), (2, 1)], [(1, 2), (2, 3)], [(0, 2), (2, 3)]:
            expected.append(VERTICES.network_of_vertices(["a", label], [*path, *new]))
    assert made(VERTICES, "add_vertex", chain("a")) == hashes(*expected)


def test_remove_vertex():
    direct = VERTICES.network_of_vertices([], [(0, 1)])
    assert made(VERTICES, "remove_vertex", chain("a")) == hashes(direct)
    branched = VERTICES.network_of_vertices(["a", "b"], [(0, 1), (1, 3), (0, 2), (2, 3)])
    with_way = VERTICES.network_of_vertices(["a"], [(0, 1), (1, 2), (0, 2)])
    other = VERTICES.network_of_vertices(["b"], [(0, 1), (1, 2), (0, 2)])
    assert made(VERTICES, "remove_vertex", branched) == hashes(
        chain("a"), chain("b"), with_way, other
    )


def test_label_edge():
    cell = EDGES.network_of_edges({(0, 3): "a"})
    assert made(EDGES, "label_edge", cell) == hashes(cell, EDGES.network_of_edges({(0, 3): "b"}))
    # An edge that leads nowhere leaves the cell as it is.
    two = EDGES.network_of_edges({(0, 1): "a", (1, 3): "b"})
    expected = [{(0, 1): "b", (1, 3): "b"}, {(0, 1): "a", (1, 3): "a"}]
    expected += [{(0, 1): "a", (1, 3): "b", (0, 3): label} for label in "ab"]
    assert made(EDGES, "label_edge", two) - hashes(two) == hashes(
        *(EDGES.network_of_edges(labels) for labels in expected)
    )


def test_remove_edge_of_edge_cells():
    cell = EDGES.network_of_edges({(0, 1): "a", (1, 3): "b", (0, 3): "b"})
    expected = [{(0, 3): "b"}, {(0, 1): "a", (1, 3): "b"}]
    assert made(EDGES, "remove_edge", cell) == hashes(
        *(EDGES.network_of_edges(labels) for labels in expected)
    )


def test_add_vertex_to_edge_cells():
    cell = EDGES.network_of_edges({(0, 3): "a"})
    expected = [{(0, 3): "a", (0, 1): into, (1, 3): out} for into in "ab" for out in "ab"]
    assert made(EDGES, "add_vertex", cell) == hashes(
        *(EDGES.network_of_edges(labels) for labels in expected)
    )
    three = {(0, 1): "a", (1, 3): "b"}
    cell = EDGES.network_of_edges(three)
    ways = [[(0, 1), (1, 2)], [(0, 1), (1, 3)], [(2, 1), (1, 3)]]
    expected = [
        {(0, 2): "a", (2, 3): "b"} | {way[0]: into, way[1]: out}
        for way in ways[:2]
        for into in "ab"
        for out in "ab"
    ]
    expected += [
        {(0, 1): "a", (1, 3): "b", (1, 2): into, (2, 3): out} for into in "ab" for out in "ab"
    ]
    assert made(EDGES, "add_vertex", cell) == hashes(
        *(EDGES.network_of_edges(labels) for labels in expected)
    )


def n_sites(space: CellSpace, cell) -> dict[str, int]:
    return {edit.name: len(edit.sites(cell, np.random.default_rng(0))) for edit in space.edits}


def test_numbers_of_sites():
    """Each is as likely to be drawn: none stands there twice, or leaves the cell as it is."""
    assert n_sites(VERTICES, chain("a", "b")) == {
        "label_vertex": 2,  # the other label of both vertices
        "add_edge": 3,  # the pairs of four vertices without the three edges
        "remove_edge": 3,
        "add_vertex": 2 * (6 + 3),  # with each label beside each pair, and in each edge
        "remove_vertex": 2 * 2,  # both vertices, with their neighbours connected and not
    }
    assert n_sites(EDGES, EDGES.network_of_edges({(0, 1): "a", (1, 3): "b"})) == {
        "label_edge": 6 * 2 - 2,  # each label of each pair of four vertices, but those it has
        "remove_edge": 2,
        "add_vertex": 3 * 2 * 2,  # over the vertex that is left, with two labels, beside a pair
    }


def test_all_edits_are_as_likely():
    of_vertices = vertex_cell_edits(("a", "b"), VERTICES.network_of_vertices)
    of_edges = edge_cell_edits(("a", "b"), 4, lambda cell: {}, EDGES.network_of_edges)
    for edits in of_vertices, of_edges:
        probability = edits[0].probability
        assert probability > 0.0
        assert [edit.probability for edit in edits] == [probability] * len(edits)


def neighbours_of(cell, space, rng):
    return [found.network for found in one_edit_neighbours(Candidate(cell), space, rng)]


@SPACES
def test_neighbours_are_other_cells_of_the_space(space):
    rng = np.random.default_rng(0)
    for cell in space.initial_pool[:20]:
        neighbours = neighbours_of(cell, space, rng)
        assert neighbours
        assert all(neighbour in space for neighbour in neighbours)
        assert cell.canonical_hash() not in hashes(*neighbours)
        assert len(hashes(*neighbours)) == len(neighbours)


@SPACES
def test_neighbourhood_is_mutual(space):
    """Every edit has one that takes it back."""
    rng = np.random.default_rng(1)
    for cell in space.initial_pool[:5]:
        for neighbour in neighbours_of(cell, space, rng)[:10]:
            back = neighbours_of(neighbour, space, rng)
            # Where layers are lost, their edges are, too, and may take several edits to return.
            if len(neighbour.layers) >= len(cell.layers):
                assert cell.canonical_hash() in hashes(*back)


@SPACES
def test_children_are_of_the_space(space):
    rng = np.random.default_rng(2)
    cell = Candidate(space.initial_pool[0])
    for _ in range(200):
        cell = mutate(cell, space, rng)
        assert cell.network in space
