"""Edits of paths: dup_path and skip_path (paper, table 3)."""

from __future__ import annotations

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.graph_builder import GraphBuilder

_GO_ON = 0.85
"""Probability that a random path takes a further layer. In networks of 6 to 24 layers paths then
have 3 to 5 layers, as in the reference's samples."""
_KEEP = 0.5
"""Probability that a layer that is not needed stays in the copy of a path."""

Path = tuple[int, ...]


# --- dup_path


def dup_sites(architecture: Architecture, rng: np.random.Generator) -> list[Path]:
    """Random paths with layers between their ends: two for each layer, as in the reference."""
    n_paths = 2 * len(architecture.layers)
    starts = rng.integers(len(architecture.layers) - 1, size=n_paths).tolist()
    lengths = (2 + rng.geometric(1 - _GO_ON, size=n_paths)).tolist()
    paths = {
        _random_path(architecture, start, length, rng)
        for start, length in zip(starts, lengths, strict=True)
    }
    return sorted(path for path in paths if len(path) > 2)


def _random_path(
    architecture: Architecture, start: int, length: int, rng: np.random.Generator
) -> Path:
    """A path of `length` layers from a layer on, or of fewer if it reaches the output before."""
    path = [start]
    while len(path) < length and (children := architecture.children[path[-1]]):
        turn = int(len(children) * rng.random()) if len(children) > 1 else 0
        path.append(children[turn])
    return tuple(path)


def dup_path(
    architecture: Architecture, path: Path, rng: np.random.Generator
) -> Architecture | None:
    """Copy the inner layers of a path as a parallel path, without some that are not needed."""
    inner = path[1:-1]
    keep = [
        index for index in inner if _is_needed(architecture, path, index) or rng.random() < _KEEP
    ]
    if not keep:
        keep = [inner[rng.integers(len(inner))]]
    builder = GraphBuilder(architecture)
    copies = [builder.add_layer(architecture.layers[index]) for index in keep]
    builder.connect((path[0], *copies, path[-1]))
    return builder.build()


def _is_needed(architecture: Architecture, path: Path, index: int) -> bool:
    """Whether a copy of the path without the layer would change image sizes or make no network."""
    layer = architecture.layers[index]
    operations = architecture.operations
    operation = operations.by_label.get(layer.label)
    if operation is None or not operations.is_image:
        return operation is None
    if architecture.layers[path[0]].label == INPUT and index == path[1]:
        return True
    if operation.image == "flatten":
        return not any(_flattens(architecture, earlier) for earlier in path[: path.index(index)])
    return operation.image == "halve" or layer.stride == 2


def _flattens(architecture: Architecture, index: int) -> bool:
    operation = architecture.operations.by_label.get(architecture.layers[index].label)
    return operation is not None and operation.image == "flatten"


# --- skip_path


def skip_sites(architecture: Architecture, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Random pairs of a layer and a later one that it may feed, at most as many as layers.

    Pairs that are already connected are left out, and those between which an image would have to
    grow.
    """
    pairs = _skippable_pairs(architecture)
    chosen = rng.permutation(len(pairs))[: len(architecture.layers)]
    return [pairs[position] for position in sorted(chosen)]


def skip_path(
    architecture: Architecture, pair: tuple[int, int], rng: np.random.Generator
) -> Architecture | None:
    """Connect two layers, through pools that halve the image if their image sizes differ."""
    start, end = pair
    builder = GraphBuilder(architecture)
    pool = _halving_label(architecture.operations) or ""
    pools = [builder.add_layer(Layer(pool)) for _ in range(_shrinkage(architecture, pair))]
    builder.connect((start, *pools, end))
    return builder.build()


def _skippable_pairs(architecture: Architecture) -> list[tuple[int, int]]:
    operations, parents = architecture.operations, architecture.parents
    targets = [
        index
        for index, layer in enumerate(architecture.layers)
        if layer.label in operations.by_label or layer.label == operations.decision
    ]
    sources = [
        0,
        *(index for index in targets if architecture.layers[index].label != operations.decision),
    ]
    if architecture.image_sizes is None:
        fitting = dict.fromkeys(targets, sources)
    else:
        before, after = architecture.image_sizes
        has_pools = _halving_label(operations) is not None
        of_size = {
            size: [i for i in sources if _image_fits(after[i], size, has_pools and i > 0)]
            for size in set(before)
        }
        fitting = {end: of_size[before[end]] for end in targets}
    return [
        (start, end)
        for end in targets
        for start in fitting[end]
        if start < end and start not in parents[end]
    ]


def _image_fits(size: int | None, wanted: int | None, may_pool: bool) -> bool:
    """Whether an image has the wanted size, or pools can bring it there."""
    if size is None or wanted is None:
        return size is wanted
    return size <= wanted if may_pool else size == wanted


def _halving_label(operations: OperationSet) -> str | None:
    """The label of the pools on a skip connection: the last one that only halves the image.

    In the built-in set this is average pooling, as in the reference.
    """
    pools = [
        operation.label
        for operation in operations.operations
        if operation.image == "halve" and not operation.has_units and not operation.strides
    ]
    return pools[-1] if pools else None


def _shrinkage(architecture: Architecture, pair: tuple[int, int]) -> int:
    """How often the image is halved between two layers."""
    if architecture.image_sizes is None:
        return 0
    before, after = architecture.image_sizes
    size, wanted = after[pair[0]], before[pair[1]]
    return 0 if size is None or wanted is None else (wanted // size).bit_length() - 1


DUP_PATH = Edit("dup_path", 0.2, dup_sites, dup_path)
SKIP_PATH = Edit("skip_path", 0.2, skip_sites, skip_path)
