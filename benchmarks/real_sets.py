"""Real data sets to train networks on, split and prepared the same way in every process.

All rows of a set are split 60 : 20 : 20 into training, validation and test rows by a permutation
that is drawn with seed 0 (CIFAR-10 keeps its own test images and the given order, which is
shuffled; two sets have few training rows, so that networks learn them by heart). Everything that
is estimated is estimated on training rows. Targets of regression are standardised, so that
predicting their mean has a mean squared error of 1.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

N_CLASSES = 10
_CLIP = 5.0
_SILENT_DBM = -105.0

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Scaled = Callable[[Floats, Indices], Floats]
"""(columns, training rows) -> scaled columns."""
Sizes = tuple[int, int, int]
"""Numbers of training, validation and test rows."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a data set.

    Attributes:
        inputs: Features, shape (n, features), or images, shape (n, channels, height, width).
        targets: Standardised targets, shape (n, 1), or numbers of classes, shape (n,).
    """

    inputs: torch.Tensor
    targets: torch.Tensor


@dataclass(frozen=True, eq=False)
class DataSet:
    """Training, validation and test rows."""

    train: Rows
    valid: Rows
    test: Rows


def load(name: str, folder: Path) -> DataSet:
    """Read a data set of `NAMES` from its file."""
    return _LOADERS[name](folder)


def split(n_rows: int, sizes: Sizes | None = None) -> tuple[Indices, Indices, Indices]:
    """Which rows are for training, for validation and for testing.

    Args:
        n_rows: How many rows there are.
        sizes: How many to take of them; None for 60, 20 and 20 per cent.
    """
    order = np.random.default_rng(0).permutation(n_rows)
    n_train, n_valid, n_test = sizes or (n_rows * 60 // 100, n_rows * 20 // 100, n_rows)
    ends = np.cumsum([n_train, n_valid, n_test])
    train, valid, test, _ = np.split(order, ends)
    return train, valid, test


# --- tables: columns and targets are read, transformed where they are skewed, and then scaled


def _standardised(x: Floats, train: Indices) -> Floats:
    """Columns with mean 0 and variance 1, clipped where they are far out."""
    standardised = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
    return np.clip(standardised, -_CLIP, _CLIP)


def _centred(x: Floats, train: Indices) -> Floats:
    """Columns with mean 0 and one scale for all: a point that is rarely heard stays small."""
    centred = x - x[train].mean(axis=0)
    return centred / centred[train].std()


def _protein(folder: Path) -> DataSet:
    table = np.load(folder / "uci_protein.npz")
    return _regression(table["X"], table["y"])


def _small_protein(folder: Path) -> DataSet:
    table = np.load(folder / "uci_protein.npz")
    return _regression(table["X"], table["y"], sizes=(1000, 2000, 4000))


def _blog(folder: Path) -> DataSet:
    table = np.load(folder / "uci_blogfeedback.npz")
    x, y = (np.concatenate([table[f"{name}_train"], table[f"{name}_test"]]) for name in "Xy")
    return _regression(np.sign(x) * np.log1p(np.abs(x)), np.log1p(y))


def _naval(folder: Path) -> DataSet:
    table = np.load(folder / "uci_naval.npz")
    return _regression(table["X"], table["y_compressor"])


def _news(folder: Path) -> DataSet:
    table = np.load(folder / "uci_news_subset7928.npz")
    return _regression(table["X"], np.log(table["y_shares"]))


def _indoor(folder: Path) -> DataSet:
    """Where a telephone is (longitude), by how well it hears each access point."""
    table = np.load(folder / "uci_ujiindoorloc.npz")
    heard = np.concatenate([table["rssi_train"], table["rssi_val"]]).astype(np.float64)
    heard[heard == 100] = _SILENT_DBM
    column = list(table["meta_names"]).index("LONGITUDE")
    longitude = np.concatenate([table["meta_train"], table["meta_val"]])[:, column]
    return _regression(heard - _SILENT_DBM, longitude, scaled=_centred)


def _digits(_: Path) -> DataSet:
    """Images of 8 x 8 pixels as rows, which come with scikit-learn."""
    from sklearn.datasets import load_digits

    x, labels = load_digits(return_X_y=True)
    train, *_ = parts = split(len(x), sizes=(300, 700, 797))
    x = _centred(_varied(x, train), train)
    return DataSet(*(Rows(_tensor(x[rows]), torch.tensor(labels[rows])) for rows in parts))


def _regression(
    x: NDArray[Any], y: NDArray[Any], scaled: Scaled = _standardised, sizes: Sizes | None = None
) -> DataSet:
    train, *_ = parts = split(len(x), sizes)
    y = y.astype(np.float64)[:, None]
    x = scaled(_varied(x.astype(np.float64), train), train)
    y = (y - y[train].mean()) / y[train].std()
    return DataSet(*(Rows(_tensor(x[rows]), _tensor(y[rows])) for rows in parts))


def _varied(x: Floats, train: Indices) -> Floats:
    """The columns that are not constant."""
    return x[:, np.ptp(x[train], axis=0) > 0]


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float32)


# --- images


def _cifar10(folder: Path) -> DataSet:
    """Images of 16 x 16 pixels, each the mean of four."""
    archive = np.load(folder / "cifar10_jpeg_12k3k.npz")
    seen, test = (_images(archive, part) for part in ("train", "test"))
    n_train = (len(seen) + len(test)) * 60 // 100
    mean = seen[:n_train].mean(dim=(0, 2, 3), keepdim=True)
    std = seen[:n_train].std(dim=(0, 2, 3), keepdim=True)
    seen, test = (seen - mean) / std, (test - mean) / std
    labels = torch.tensor(archive["train_labels"], dtype=torch.int64)
    return DataSet(
        train=Rows(seen[:n_train], labels[:n_train]),
        valid=Rows(seen[n_train:], labels[n_train:]),
        test=Rows(test, torch.tensor(archive["test_labels"], dtype=torch.int64)),
    )


def _images(archive: Any, part: str) -> torch.Tensor:
    """The images of JPEG files that are stored end to end, halved, shape (n, 3, 16, 16)."""
    from PIL import Image  # Pillow is needed for these images only.

    content, offsets = archive[f"{part}_jpeg"].tobytes(), archive[f"{part}_offsets"]
    images = np.stack(
        [
            np.asarray(Image.open(io.BytesIO(content[start:end])))
            for start, end in pairwise(offsets.tolist())
        ]
    )
    pixels = torch.tensor(images).permute(0, 3, 1, 2).float()
    return torch.nn.functional.avg_pool2d(pixels, 2)


_LOADERS: dict[str, Callable[[Path], DataSet]] = {
    "protein": _protein,
    "protein-small": _small_protein,
    "blog": _blog,
    "naval": _naval,
    "indoor": _indoor,
    "news": _news,
    "digits": _digits,
    "cifar10": _cifar10,
}
NAMES = tuple(_LOADERS)
