"""Edits of single layers: swap_layer, wedge_layer, remove_layer (paper, table 3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture.operation_set import Grammar
from optuna_nasbot.architecture.operation_set import LayerRule
from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.graph_builder import GraphBuilder
from optuna_nasbot.edits.unit_edits import rounded

_DEFAULT_UNITS = 16
"""Width of a new layer where no layer around it has units (as in the reference)."""


def processing_layers(architecture: Architecture) -> list[int]:
    """All layers but the input, the output and the decision layers."""
    labels = architecture.operations.by_label
    return [index for index, layer in enumerate(architecture.layers) if layer.label in labels]


# --- swap_layer


def swap_sites(architecture: Architecture, rng: np.random.Generator) -> list[int]:
    """The layers that can change to another label."""
    swaps, layers = _swaps(architecture.operations.grammar), architecture.layers
    return [
        index
        for index in processing_layers(architecture)
        if swaps[layers[index].label, layers[index].stride]
    ]


def swap_layer(
    architecture: Architecture, index: int, rng: np.random.Generator
) -> Architecture | None:
    """Give a layer another label; on images, one that leaves their sizes as they are."""
    layer = architecture.layers[index]
    labels = _swaps(architecture.operations.grammar)[layer.label, layer.stride]
    operation = architecture.operations.by_label[labels[rng.integers(len(labels))]]
    builder = GraphBuilder(architecture)
    builder.layers[index] = Layer(
        operation.label,
        layer.units if operation.has_units else None,
        (layer.stride or 1) if operation.strides else None,
    )
    return builder.build()


@lru_cache(maxsize=64)
def _swaps(grammar: Grammar) -> dict[tuple[str, int | None], tuple[str, ...]]:
    """The labels that can take the place of a layer's, by its label and stride."""
    return {
        (rule.label, stride): _swap_labels(grammar, rule, stride)
        for rule in grammar.rules
        for stride in rule.strides or (None,)
    }


def _swap_labels(grammar: Grammar, own: LayerRule, stride: int | None) -> tuple[str, ...]:
    """Labels that can take the place of a layer's label.

    On images the sizes have to stay the same. Elsewhere the layer keeps its units, and changes its
    group if there are several, as in the reference: two activations of one group hardly differ.
    """
    others = [rule for rule in grammar.rules if rule is not own]
    if grammar.is_image:
        return tuple(other.label for other in others if _can_replace(other, own, stride))
    fits = [other for other in others if other.has_units == own.has_units]
    across = tuple(other.label for other in fits if other.group != own.group)
    return across or tuple(other.label for other in fits)


def _can_replace(other: LayerRule, own: LayerRule, stride: int | None) -> bool:
    if other.has_units and not own.has_units:
        return False
    if other.strides and own.strides:
        return stride in other.strides and other.image == own.image
    return _image_effect(other, None) == _image_effect(own, stride)


def _image_effect(operation: LayerRule | Operation, stride: int | None) -> str:
    return "halve" if stride == 2 else operation.image


# --- wedge_layer


def wedge_sites(architecture: Architecture, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Every edge but those into the output."""
    last = len(architecture.layers) - 1
    return [edge for edge in architecture.edges if edge[1] != last]


def wedge_layer(
    architecture: Architecture,
    edge: tuple[int, int],
    rng: np.random.Generator,
    *,
    whole: Callable[[float], int] = rounded,
) -> Architecture | None:
    """Put a new layer into an edge, with a random one of the labels that make a network.

    Args:
        architecture: The network.
        edge: The edge.
        rng: Source of randomness.
        whole: Turns a fractional number of units into a whole one.
    """
    start, end = edge
    source = architecture.layers[start]
    operations = architecture.operations
    before = operations.by_label.get(source.label)
    if operations.is_image and before is not None and before.image == "flatten":
        return _wedged(architecture, edge, source)
    for position in rng.permutation(len(operations.operations)):
        operation = operations.operations[position]
        layer = Layer(
            operation.label,
            whole(_new_units(architecture, start, end)) if operation.has_units else None,
            operation.strides[0] if operation.strides else None,
        )
        child = _wedged(architecture, edge, layer)
        if child is not None:
            return child
    return None


def _wedged(
    architecture: Architecture, edge: tuple[int, int], layer: Layer
) -> Architecture | None:
    builder = GraphBuilder(architecture)
    builder.edges.remove(edge)
    builder.connect((edge[0], builder.add_layer(layer), edge[1]))
    return builder.build()


def _new_units(architecture: Architecture, start: int, end: int) -> float:
    """Width of a layer between two others: the mean of theirs, or of those next to the first."""
    for around in ((start, end), architecture.parents[start] or architecture.children[start]):
        widths = [architecture.layers[index].units for index in around]
        known = [width for width in widths if width is not None]
        if known:
            return sum(known) / len(known)
    return _DEFAULT_UNITS


# --- remove_layer


def remove_sites(architecture: Architecture, rng: np.random.Generator) -> list[int]:
    """The processing layers that can be taken out."""
    return processing_layers(architecture)


def remove_layer(
    architecture: Architecture, index: int, rng: np.random.Generator
) -> Architecture | None:
    """Take out a layer and connect those of its parents and children that have no other edge.

    If the layer halves the image, its children take over the halving, or else its parents,
    provided that all of them have stride 1. If neither can, the image stays larger from there on;
    that is a network if no other path meets it as an image.
    """
    parents, children = architecture.parents[index], architecture.children[index]
    builder = GraphBuilder(architecture)
    builder.remove_layer(index)
    builder.edges.update(_bridges(builder, parents, children, rng))
    if _halves(architecture, index):
        heirs = next((heirs for heirs in (children, parents) if _stride_1(builder, heirs)), ())
        for heir in heirs:
            layer = architecture.layers[heir]
            builder.layers[heir] = Layer(layer.label, layer.units, 2)
    return builder.build()


def _bridges(
    builder: GraphBuilder,
    parents: tuple[int, ...],
    children: tuple[int, ...],
    rng: np.random.Generator,
) -> set[tuple[int, int]]:
    """Edges that give every parent a child and every child a parent, if they have none."""
    starts = {start for start, _ in builder.edges}
    ends = {end for _, end in builder.edges}
    down = {(i, children[rng.integers(len(children))]) for i in parents if i not in starts}
    linked = ends | {end for _, end in down}
    up = {(parents[rng.integers(len(parents))], j) for j in children if j not in linked}
    return down | up


def _halves(architecture: Architecture, index: int) -> bool:
    layer = architecture.layers[index]
    operation = architecture.operations.by_label[layer.label]
    return architecture.operations.is_image and _image_effect(operation, layer.stride) == "halve"


def _stride_1(builder: GraphBuilder, indices: tuple[int, ...]) -> bool:
    layers = [builder.layers[index] for index in indices]
    return all(layer is not None and layer.stride == 1 for layer in layers)


SWAP_LAYER = Edit("swap_layer", 0.2, swap_sites, swap_layer)
WEDGE_LAYER = Edit("wedge_layer", 0.1, wedge_sites, wedge_layer)
REMOVE_LAYER = Edit("remove_layer", 0.1, remove_sites, remove_layer)
