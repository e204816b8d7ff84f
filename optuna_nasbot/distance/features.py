"""What the distance needs to know of one network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.masses import masses_of
from optuna_nasbot.distance.path_lengths import path_lengths


@dataclass(frozen=True, eq=False)
class NetworkFeatures:
    """The n layers of a network that have mass, ordered by the component of their labels.

    Args:
        masses: Layer masses (n,), all positive.
        labels: Positions (n,) of the labels in `OperationSet.labels`.
        path_lengths: Path lengths (n, D) to the input, then to the output. The structural cost of
            two layers is the mean absolute difference of their rows.
        offsets: Component c is the layers `offsets[c]:offsets[c + 1]`, from heavy to light.
        total_mass: The sum of the masses.
    """

    masses: NDArray[np.float64]
    labels: NDArray[np.intp]
    path_lengths: NDArray[np.float64]
    offsets: NDArray[np.intp]
    total_mass: float


def network_features(
    architecture: Architecture, operations: OperationSet, component: NDArray[np.intp]
) -> NetworkFeatures:
    """Masses, labels and path lengths of a network.

    Args:
        architecture: The network.
        operations: The labels that it may have.
        component: For each label the number of its component, see `MatchingCosts`.

    Raises:
        ArchitectureError: The operation set does not know a label.
        TypeError: A mass rule does not return a number.
        ValueError: A mass rule returns a mass that is negative, NaN or too large.
    """
    names = [layer.label for layer in architecture.layers]
    unknown = set(names) - operations.label_index.keys()
    if unknown:
        raise ArchitectureError(
            f"layers: expected labels that the operations of the distance know "
            f"({', '.join(operations.labels)}), got {', '.join(sorted(unknown))}."
        )
    masses = np.array(masses_of(architecture.layers, architecture.parents, operations))
    labels = np.array([operations.label_index[name] for name in names])
    # Both solvers take fewer steps where heavy layers come first.
    order = np.lexsort((-masses, component[labels]))
    order = order[masses[order] > 0.0]
    lengths = path_lengths(architecture, operations).reshape(len(names), -1)
    sizes = np.bincount(component[labels[order]], minlength=int(component.max()) + 1)
    return NetworkFeatures(
        masses=masses[order],
        labels=labels[order],
        path_lengths=lengths[order],
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        total_mass=float(masses.sum()),
    )
