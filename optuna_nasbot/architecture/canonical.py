"""A canonical form of labelled acyclic graphs: equal exactly where two graphs are isomorphic.

Layers are coloured by what is known of them without numbering them, and colours are refined until
neighbours distinguish no more layers (Weisfeiler-Lehman). Layers that still share colours fall
into parts that are independent of each other; these are numbered one by one. Within a part one
layer is singled out, and refinement goes on from there. Of the layers that can be singled out, the
one that leads to the least signature counts; automorphisms found on the way make most of the
others unnecessary (McKay 1981).

This takes a few dozen microseconds for the networks of a search. For graphs that are made to be
hard (Cai, Fuerer and Immerman 1992) it would take exponential time. The search for their canonical
form is cut off, so that no stored network can stop a study.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from optuna_nasbot.architecture.colouring import Cells
from optuna_nasbot.architecture.colouring import Colours
from optuna_nasbot.architecture.colouring import initial_colours
from optuna_nasbot.architecture.colouring import refine
from optuna_nasbot.architecture.colouring import tell_apart
from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.topology import Neighbours
from optuna_nasbot.architecture.topology import neighbours

Order = list[int]
Signature = tuple[tuple[int, tuple[int, ...]], ...]
"""A graph of numbered vertices: each of them with those that edges come from."""
Budget = Iterator[int]
"""Has an item for each layer that may still be singled out."""

MAX_WORK = 6_000_000
"""How many layers are singled out before the search is cut off, times the number of layers and
edges, since singling out a layer takes time in proportion to it: some seconds in all. Networks of
60 layers and 200 edges may single out more than 20,000 layers, and hardly ever need one."""


def canonical_hash(
    kind: str, layers: Sequence[Layer], parents: Neighbours, children: Neighbours
) -> str:
    """Hash of an architecture that does not depend on the numbering of its layers.

    Args:
        kind: Kind of the architecture.
        layers: Layers in a topological order.
        parents: For each layer the layers that feed it.
        children: For each layer the layers that it feeds.

    Returns:
        32 hexadecimal digits, equal exactly for isomorphic graphs with equal kind and layers
        (up to collisions of BLAKE2b). If the search was cut off, isomorphic graphs can have
        different hashes.
    """
    order = canonical_order(layers, parents, children)
    place = _places(order, len(order))
    form = (
        kind,
        [(layers[i].label, layers[i].units, layers[i].stride) for i in order],
        [sorted([place[parent] for parent in parents[i]]) for i in order],
    )
    return hashlib.blake2b(repr(form).encode(), digest_size=16).hexdigest()


def canonical_order(layers: Sequence[Layer], parents: Neighbours, children: Neighbours) -> Order:
    """Layers in an order under which isomorphic graphs become equal."""
    colours, cells = initial_colours(layers, parents)
    refine(colours, cells, range(len(layers)), parents, children)
    graph = _Graph(range(len(layers)), colours, cells, parents, children)
    size = len(layers) + sum(map(len, parents))
    return _least_order(graph, [], iter(range(MAX_WORK // size)))


def _places(order: Order, n_layers: int) -> list[int]:
    """The place of each layer in an order of some or all layers; 0 for the others."""
    places = [0] * n_layers
    for place, index in enumerate(order):
        places[index] = place
    return places


@dataclass(frozen=True)
class _Graph:
    """A graph of some layers whose colours can't be refined further by neighbours.

    Args:
        vertices: The layers.
        colours: Colours of all layers; only those of the vertices count.
        cells: The colours that several vertices share.
        parents: For each vertex those that edges come from.
        children: For each vertex those that edges lead to.
    """

    vertices: Sequence[int]
    colours: Colours
    cells: Cells
    parents: Neighbours
    children: Neighbours

    def n_missing_colours(self) -> int:
        """How many more colours there would be if no two vertices shared one."""
        return sum(len(cell) - 1 for cell in self.cells.values())

    def signature(self, place: Sequence[int]) -> Signature:
        """The graph with each vertex replaced by its place."""
        seen = [
            (place[index], tuple(sorted([place[parent] for parent in self.parents[index]])))
            for index in self.vertices
        ]
        return tuple(sorted(seen))

    def signature_in_order(self, order: Order) -> Signature:
        """The graph with its vertices numbered in an order."""
        return self.signature(_places(order, len(self.colours)))

    def target(self) -> list[int]:
        """The cell from which vertices are singled out: the one with edges to most colours.

        So it distinguishes many others. Of several such cells it is the first of the smallest.
        """

        def preference(colour: int) -> tuple[int, int, int]:
            some, *others = self.cells[colour]
            near = {self.colours[i] for i in (*self.parents[some], *self.children[some])}
            return -len(near), len(others), colour

        return self.cells[min(self.cells, key=preference)]

    def singling_out(self, vertex: int) -> _Graph:
        """The graph with a vertex placed after the others of its colour, refined again."""
        colours, cells = list(self.colours), dict(self.cells)
        changed = tell_apart(colours, cells, colours[vertex], lambda index: index == vertex)
        refine(colours, cells, changed, self.parents, self.children)
        return _Graph(self.vertices, colours, cells, self.parents, self.children)

    def parts(self) -> list[_Graph]:
        """The parts into which vertices with shared colours fall if only `_links` connect them.

        The edges between two parts follow from the colours, so each can be numbered by itself.
        """
        links = self._links()
        parents, children = neighbours(len(self.colours), links)
        parts: list[_Graph] = []
        seen: set[int] = set()
        for start in [index for cell in self.cells.values() for index in cell]:
            if start in seen:
                continue
            seen.add(start)
            members = [start]
            for index in members:
                near = {*parents[index], *children[index]} - seen
                seen |= near
                members += near
            alike = defaultdict(list)
            for index in members:
                alike[self.colours[index]].append(index)
            cells = {colour: cell for colour, cell in alike.items() if len(cell) > 1}
            parts.append(_Graph(members, self.colours, cells, parents, children))
        return parts

    def _links(self) -> list[tuple[int, int]]:
        """Edges between cells, or, if most pairs of two cells have an edge, the pairs without one.

        Which of the two it is follows from the colours; so does everything if all pairs have one.
        """
        links: list[tuple[int, int]] = []
        for start in [index for cell in self.cells.values() for index in cell]:
            ends = defaultdict(set)
            for end in self.children[start]:
                ends[self.colours[end]].add(end)
            for colour, linked in ends.items():
                cell = self.cells.get(colour, [])
                if 2 * len(linked) > len(cell):
                    linked = set(cell) - linked
                links += [(start, end) for end in linked]
        return links


def _least_order(graph: _Graph, automorphisms: list[Order], budget: Budget) -> Order:
    """The vertices in the canonical order; automorphisms found on the way are appended.

    An automorphism is a list of the images of all layers.
    """
    return _by_parts(graph, lambda part: _least_order_of_part(part, automorphisms, budget))


def _some_order(graph: _Graph, budget: Budget) -> Order:
    """An order in which the first vertex of each target cell was singled out.

    It draws on the budget, but does not stop when the budget is used up.
    """

    def order_of_part(part: _Graph) -> Order:
        next(budget, None)
        return _some_order(part.singling_out(part.target()[0]), budget)

    return _by_parts(graph, order_of_part)


def _by_parts(graph: _Graph, order_of: Callable[[_Graph], Order]) -> Order:
    """An order by colours, then by the signatures of the parts, and within parts by `order_of`."""
    if not graph.cells:
        return sorted(graph.vertices, key=graph.colours.__getitem__)
    parts = graph.parts()
    ordered = []
    for part in parts:
        order = order_of(part) if len(parts) == 1 else _by_parts(part, order_of)
        ordered.append(([graph.colours[i] for i in order], part.signature_in_order(order), order))
    settled = [index for index in graph.vertices if graph.colours[index] not in graph.cells]
    merged = settled + [index for _, _, order in sorted(ordered) for index in order]
    return sorted(merged, key=graph.colours.__getitem__)


def _least_order_of_part(part: _Graph, automorphisms: list[Order], budget: Budget) -> Order:
    """The canonical order of a graph that is a single part.

    The vertices of the target cell are singled out in turn. The one that counts distinguishes most
    vertices; of several, it has the least signature then, and of several again, the least
    signature in its canonical order. Of vertices that automorphisms map to each other only one is
    needed. An automorphism is found when two orders have the same signature, mostly before the
    canonical order is known. When the budget is used up, the vertices tried so far have to do, or
    any vertex.
    """
    if next(budget, None) is None:
        return _some_order(part, budget)
    known: dict[Signature, Order] = {}
    found: list[Order] = []
    tried: list[int] = []
    least: tuple[int, Signature] | None = None
    finalists: list[tuple[int, Signature, Signature, Order]] = []
    for vertex in part.target():
        if vertex in _images(tried, found):
            continue
        if tried and next(budget, None) is None:
            break
        tried.append(vertex)
        child = part.singling_out(vertex)
        outcome = (child.n_missing_colours(), child.signature(child.colours))
        if least is not None and outcome > least:
            continue
        least = outcome
        order = _some_order(child, budget)
        signature = part.signature_in_order(order)
        if signature not in known:
            known[signature] = order
            order = _least_order(child, found, budget)
            signature = part.signature_in_order(order)
            finalists.append((*outcome, signature, order))
        twin = known.setdefault(signature, order)
        if twin != order:
            found.append(_automorphism(twin, order, len(part.colours)))
    automorphisms += found
    return min(finalists)[-1]


def _automorphism(one: Order, other: Order, n_layers: int) -> list[int]:
    """The image of each layer where one order is mapped to another one."""
    images = list(range(n_layers))
    for index, image in zip(one, other, strict=True):
        images[index] = image
    return images


def _images(vertices: Sequence[int], automorphisms: Sequence[list[int]]) -> set[int]:
    """All vertices that some vertices can be mapped to by automorphisms, one after another."""
    reached = set(vertices)
    frontier = list(vertices)
    for index in frontier:
        images = {automorphism[index] for automorphism in automorphisms} - reached
        reached |= images
        frontier += images
    return reached
