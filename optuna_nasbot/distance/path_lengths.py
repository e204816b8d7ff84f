"""Path lengths from each layer to the input and to the output (paper, section 3 and appendix).

Plain lists are faster here than arrays: networks are small, and layers follow one by one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.operation import ALL_LAYERS

ENDS = ("input", "output")
TYPES = ("shortest", "longest", "rw")


def path_length_groups(operations: OperationSet) -> tuple[str, ...]:
    """The groups whose layers are counted: `"all"`, then those of the operation set."""
    return (ALL_LAYERS, *operations.groups)


def path_lengths(
    architecture: Architecture, operations: OperationSet | None = None
) -> NDArray[np.float64]:
    """Shortest, longest and random-walk path lengths of every layer.

    The length of a path is the number of layers of a group on it. The layer itself counts, the end
    (`ip` or `op`) does not. A random walk (`rw`) goes to each parent (towards the input) or child
    (towards the output) with the same probability; its length is an expected value.

    Args:
        architecture: A network of n layers.
        operations: Says which group each label belongs to; None means the architecture's own set.

    Returns:
        Array (n, 2, 3, n_groups): layer; end, in the order of `ENDS`; type, in the order of
        `TYPES`; group, in the order of `path_length_groups(operations)`.
    """
    operations = architecture.operations if operations is None else operations
    groups, counted = _groups_of_layers(architecture, operations)
    to_input = _walk(range(len(counted)), architecture.parents, counted, len(groups))
    to_output = _to_output(architecture, counted, len(groups))
    joined = [near + far for near, far in zip(to_input, to_output, strict=True)]
    return np.array(joined).reshape(len(counted), len(ENDS), len(TYPES), len(groups))


def path_lengths_through(architecture: Architecture) -> NDArray[np.float64]:
    """Shortest, longest and random-walk path lengths from the input to the output.

    Returns:
        Array (3, n_groups): those of the input layer to the output, see `path_lengths`.
    """
    groups, counted = _groups_of_layers(architecture, architecture.operations)
    row = _to_output(architecture, counted, len(groups))[0]
    return np.array(row).reshape(len(TYPES), len(groups))


def _groups_of_layers(
    architecture: Architecture, operations: OperationSet
) -> tuple[tuple[str, ...], list[int]]:
    """The groups, and for each layer the position of its group; 0 if it has none."""
    groups = path_length_groups(operations)
    group_of = {op.label: groups.index(op.group or ALL_LAYERS) for op in operations.operations}
    return groups, [group_of.get(layer.label, 0) for layer in architecture.layers]


def _to_output(architecture: Architecture, counted: list[int], n_groups: int) -> list[list[float]]:
    return _walk(reversed(range(len(counted))), architecture.children, counted, n_groups)


def _walk(
    order: Iterable[int],
    next_layers: tuple[tuple[int, ...], ...],
    counted: list[int],
    n_groups: int,
) -> list[list[float]]:
    """Path lengths to one end, layer by layer in an order that starts at this end.

    Args:
        order: All layers, each one after its `next_layers`.
        next_layers: For each layer those that come next on a path to this end.
        counted: For each layer the index of its group; 0 if it only counts among all layers.
        n_groups: Number of groups.

    Returns:
        For each layer a row [shortest | longest | rw], each part with an entry for each group.
    """
    rows: list[list[float]] = [[]] * len(counted)
    for layer in order:
        ahead = next_layers[layer]
        if not ahead:
            rows[layer] = [0.0] * (3 * n_groups)
            continue
        row = rows[ahead[0]].copy() if len(ahead) == 1 else _merged([rows[i] for i in ahead])
        group = counted[layer]
        for start in range(0, 3 * n_groups, n_groups):
            row[start] += 1.0
            if group:
                row[start + group] += 1.0
        rows[layer] = row
    return rows


def _merged(rows: list[list[float]]) -> list[float]:
    """The least, greatest and mean length over several rows."""
    columns = list(zip(*rows, strict=True))
    third = len(columns) // 3
    shortest = map(min, columns[:third])
    longest = map(max, columns[third : 2 * third])
    mean = [total / len(rows) for total in map(sum, columns[2 * third :])]
    return [*shortest, *longest, *mean]
