"""A canonical form of labelled acyclic graphs: equal exactly where two graphs are isomorphic.

Layers are coloured by what can be told about them without numbering them, and colours are refined
until neighbours tell no more (Weisfeiler-Lehman). Where layers still share a colour, one of them
is singled out and refinement goes on; of the numberings reached in this way the one with the
smallest description counts. Automorphisms found on the way prune the search (McKay 1981).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from optuna_nasbot.architecture.layer import Layer

Colours = list[int]
Description = tuple[tuple[int, ...], ...]
Neighbours = tuple[tuple[int, ...], ...]


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
        (up to collisions of BLAKE2b).
    """
    order = canonical_order(layers, parents, children)
    position = [0] * len(order)
    for new, index in enumerate(order):
        position[index] = new
    form = (
        kind,
        [(layers[i].label, layers[i].units, layers[i].stride) for i in order],
        [sorted(position[parent] for parent in parents[i]) for i in order],
    )
    return hashlib.blake2b(repr(form).encode(), digest_size=16).hexdigest()


def canonical_order(
    layers: Sequence[Layer], parents: Neighbours, children: Neighbours
) -> list[int]:
    """Layers in an order under which isomorphic graphs become equal."""
    colours = _refined(_initial_colours(layers, parents, children), parents, children)
    if len(set(colours)) == len(colours):  # without symmetries there is nothing to search
        return sorted(range(len(colours)), key=colours.__getitem__)
    search = _Search(parents, children)
    search.explore(colours)
    return search.best


def _ranks(keys: Sequence[Any]) -> Colours:
    rank = {key: index for index, key in enumerate(sorted(set(keys)))}
    return [rank[key] for key in keys]


def _initial_colours(
    layers: Sequence[Layer], parents: Neighbours, children: Neighbours
) -> Colours:
    """Colours by the layer itself, all that leads to it, and all that it leads to."""
    own = _ranks([(layer.label, layer.units or 0, layer.stride or 0) for layer in layers])
    above = _swept(own, parents, range(len(layers)))
    if len(set(above)) == len(layers):
        return above
    below = _swept(own, children, range(len(layers) - 1, -1, -1))
    return _ranks(list(zip(above, below, strict=True)))


def _swept(own: Colours, sources: Neighbours, order: Sequence[int]) -> Colours:
    """One pass in the given order in which each layer is told apart by its sources' colours.

    Layers are ranked level by level (longest path from a start), so that colours, unlike numbers
    given in the order of the pass, do not depend on the numbering.
    """
    level = [0] * len(own)
    levels: list[list[int]] = []
    for index in order:
        level[index] = 1 + max((level[source] for source in sources[index]), default=-1)
        if level[index] == len(levels):
            levels.append([])
        levels[level[index]].append(index)
    colours = [0] * len(own)
    used = 0
    for members in levels:
        if len(members) == 1:
            colours[members[0]] = used
            used += 1
            continue
        ranks = _ranks(
            [(own[i], tuple(sorted([colours[source] for source in sources[i]]))) for i in members]
        )
        for index, rank in zip(members, ranks, strict=True):
            colours[index] = used + rank
        used += max(ranks) + 1
    return colours


def _refined(colours: Colours, parents: Neighbours, children: Neighbours) -> Colours:
    """Colours that the colours of neighbours refine no further."""
    n_colours = len(set(colours))
    while n_colours < len(colours):
        keys = [
            (
                colours[index],
                tuple(sorted(colours[parent] for parent in parents[index])),
                tuple(sorted(colours[child] for child in children[index])),
            )
            for index in range(len(colours))
        ]
        colours = _ranks(keys)
        refined = len(set(colours))
        if refined == n_colours:
            break
        n_colours = refined
    return colours


class _Search:
    """Backtracking over the ways to single layers out, pruned by automorphisms."""

    def __init__(self, parents: Neighbours, children: Neighbours) -> None:
        self.parents = parents
        self.children = children
        self.best: list[int] = []
        self.best_description: Description | None = None
        self.leaves: dict[Description, tuple[list[int], tuple[int, ...]]] = {}
        self.automorphisms: list[list[int]] = []

    def explore(self, colours: Colours, path: tuple[int, ...] = ()) -> int:
        """Visit all numberings below a colouring.

        Args:
            colours: An equitable colouring.
            path: The layers that were singled out to get there.

        Returns:
            The depth to go back to: less than `len(path)` where this subtree turned out to be
            the image of one that was searched before.
        """
        cell = self._target_cell(colours)
        if not cell:
            return self._leaf(colours, path)
        if self._are_twins(cell):
            return self.explore(self._split(colours, cell), path)
        explored: list[int] = []
        for candidate in cell:
            if self._is_image_of(candidate, explored, path):
                continue
            explored.append(candidate)
            singled_out = self._split(colours, [candidate])
            back_to = self.explore(singled_out, (*path, candidate))
            if back_to < len(path):
                return back_to
        return len(path)

    def _leaf(self, colours: Colours, path: tuple[int, ...]) -> int:
        order = sorted(range(len(colours)), key=colours.__getitem__)
        description = tuple(
            tuple(sorted(colours[parent] for parent in self.parents[index])) for index in order
        )
        if self.best_description is None or description < self.best_description:
            self.best, self.best_description = order, description
        if description not in self.leaves:
            self.leaves[description] = (order, path)
            return len(path)
        earlier_order, earlier_path = self.leaves[description]
        image = dict(zip(earlier_order, order, strict=True))
        self.automorphisms.append([image[index] for index in range(len(order))])
        return _shared_length(earlier_path, path)

    def _target_cell(self, colours: Colours) -> list[int]:
        """The layers of the first colour that several layers share; empty if there is none."""
        members: dict[int, list[int]] = {}
        for index, colour in enumerate(colours):
            members.setdefault(colour, []).append(index)
        shared = [colour for colour, cell in members.items() if len(cell) > 1]
        return members[min(shared)] if shared else []

    def _are_twins(self, cell: list[int]) -> bool:
        """Whether the layers have the same parents and children: then their order is free."""
        first = (self.parents[cell[0]], self.children[cell[0]])
        return all((self.parents[i], self.children[i]) == first for i in cell[1:])

    def _split(self, colours: Colours, ahead: list[int]) -> Colours:
        """Refined colours after giving the layers `ahead` colours of their own."""
        place = {index: position for position, index in enumerate(ahead)}
        keys = [(colour, place.get(index, len(ahead))) for index, colour in enumerate(colours)]
        return _refined(_ranks(keys), self.parents, self.children)

    def _is_image_of(self, candidate: int, explored: list[int], path: tuple[int, ...]) -> bool:
        """Whether an automorphism that fixes the path takes an explored layer to the candidate."""
        fixing = [a for a in self.automorphisms if all(a[index] == index for index in path)]
        reached = set(explored)
        frontier = list(explored)
        while frontier:
            index = frontier.pop()
            for automorphism in fixing:
                image = automorphism[index]
                if image not in reached:
                    reached.add(image)
                    frontier.append(image)
        return candidate in reached


def _shared_length(path: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How far the paths to two different numberings, which always part somewhere, agree."""
    pairs = enumerate(zip(path, other, strict=False))
    return next(length for length, (one, two) in pairs if one != two)
