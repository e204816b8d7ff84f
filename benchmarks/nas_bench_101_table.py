"""NAS-Bench-101 (Ying et al., 2019): its cells, and the test accuracy of each."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import Operation

_CODES = {"ip": -1, "op": -2, "conv3x3": 0, "conv1x1": 1, "maxpool3x3": 2}
"""How the benchmark's module hash calls the vertices."""

SPACE = CellSpace(
    kind="nas-bench-101",
    operations=[
        Operation("conv3x3", "conv", mass=2.0),
        Operation("conv1x1", "conv", mass=1.0),
        Operation("maxpool3x3", "pool", mass=0.5),
    ],
    max_vertices=7,
    max_edges=9,
    mislabel={("conv1x1", "conv3x3"): 0.2},
)


class CellErrors:
    """Test errors in per cent after 108 epochs, the mean of three trainings.

    Args:
        data: A file `nb101.npz`, or a folder with it. Its arrays are `hash64`, the first 64 bits
            of the benchmark's hashes of the cells, sorted, and `test_acc108`, the mean test
            accuracies of three trainings in per cent.
    """

    def __init__(self, data: Path) -> None:
        with np.load(data / "nb101.npz" if data.is_dir() else data) as table:
            self._hashes = table["hash64"]
            self._errors = 100.0 - table["test_acc108"].astype(float)

    def __call__(self, network: Architecture) -> float:
        wanted = np.uint64(int(module_hash(network)[:16], 16))
        index = int(np.searchsorted(self._hashes, wanted))
        if self._hashes[index] != wanted:
            raise KeyError(f"The table has no cell like this one: {network}")
        return float(self._errors[index])


@lru_cache
def cell_errors(data: Path) -> CellErrors:
    """The table, read once."""
    return CellErrors(data)


def module_hash(network: Architecture) -> str:
    """The benchmark's own hash of a cell."""
    parents, children = network.parents, network.children
    digests = [
        _md5(str((len(children[i]), len(parents[i]), _CODES[layer.label])))
        for i, layer in enumerate(network.layers)
    ]
    for _ in network.layers:
        digests = [
            _md5("|".join(["".join(sorted(digests[j] for j in side)) for side in sides] + [own]))
            for own, *sides in zip(digests, parents, children, strict=True)
        ]
    return _md5(str(sorted(digests)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
