from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch

N_ROWS = 50


@pytest.fixture
def real_sets(module):
    return module("real_sets")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_split_is_always_the_same(real_sets) -> None:
    train, valid, test = real_sets.split(11)
    assert (train.tolist(), valid.tolist()) == ([4, 6, 7, 2, 0, 3], [5, 10])
    assert test.tolist() == [9, 8, 1]


def test_each_row_is_in_one_part(real_sets) -> None:
    parts = real_sets.split(101)
    assert [len(rows) for rows in parts] == [60, 20, 21]
    assert sorted(np.concatenate(parts)) == list(range(101))


def test_as_many_rows_as_are_wanted(real_sets) -> None:
    parts = real_sets.split(101, (7, 20, 13))
    assert [len(rows) for rows in parts] == [7, 20, 13]
    assert len(set(np.concatenate(parts))) == 40


def test_digits_are_rows_on_one_scale(real_sets, tmp_path) -> None:
    data = real_sets.load("digits", tmp_path)
    assert [len(part.inputs) for part in (data.train, data.valid, data.test)] == [300, 700, 797]
    assert data.train.inputs.ndim == 2
    assert float(data.train.inputs.std()) == pytest.approx(1, abs=1e-3)
    assert data.train.inputs.std(0).max() > 2 * data.train.inputs.std(0).min() > 0
    assert sorted(set(data.test.targets.tolist())) == list(range(10))


def save_protein(folder: Path, x: np.ndarray, y: np.ndarray) -> None:
    np.savez(folder / "uci_protein.npz", X=x, y=y)


def test_columns_and_targets_are_standardised_on_training_rows(real_sets, rng, tmp_path) -> None:
    save_protein(tmp_path, rng.normal(7, 3, (N_ROWS, 4)), rng.normal(-2, 5, N_ROWS))
    data = real_sets.load("protein", tmp_path)
    assert data.train.targets.shape == (30, 1)
    for values in (data.train.inputs, data.train.targets):
        assert torch.allclose(values.mean(0), torch.zeros(()), atol=1e-6)
        assert torch.allclose(values.std(0, correction=0), torch.ones(()), atol=1e-6)
    assert float(data.valid.inputs.mean().abs()) > 1e-3


def test_test_rows_do_not_matter_to_the_scale(real_sets, rng, tmp_path) -> None:
    x, y = rng.normal(size=(N_ROWS, 4)), rng.normal(size=N_ROWS)
    save_protein(tmp_path, x, y)
    before = real_sets.load("protein", tmp_path)
    _, _, test = real_sets.split(N_ROWS)
    x[test] += 2
    save_protein(tmp_path, x, y)
    after = real_sets.load("protein", tmp_path)
    assert torch.equal(before.train.inputs, after.train.inputs)
    assert not torch.equal(before.test.inputs, after.test.inputs)


def test_constant_columns_go_and_outliers_are_clipped(real_sets, rng, tmp_path) -> None:
    x = rng.normal(size=(N_ROWS, 3))
    x[:, 1] = 4
    x[7, 0] = 1e6
    save_protein(tmp_path, x, rng.normal(size=N_ROWS))
    data = real_sets.load("protein", tmp_path)
    parts = [data.train.inputs, data.valid.inputs, data.test.inputs]
    assert all(part.shape[1] == 2 for part in parts)
    assert max(float(part.abs().max()) for part in parts) == 5


def test_access_points_that_are_not_heard_are_the_weakest(real_sets, rng, tmp_path) -> None:
    heard = rng.integers(-104, 0, (N_ROWS, 3)).astype(np.int8)
    heard[::2, 0] = 100
    meta = rng.normal(size=(N_ROWS, 2))
    np.savez(
        tmp_path / "uci_ujiindoorloc.npz",
        rssi_train=heard[:40],
        rssi_val=heard[40:],
        meta_train=meta[:40],
        meta_val=meta[40:],
        meta_names=np.array(["LATITUDE", "LONGITUDE"]),
    )
    data = real_sets.load("indoor", tmp_path)
    train, _, _ = real_sets.split(N_ROWS)
    strength = data.train.inputs[:, 0].numpy()
    assert strength[train % 2 == 0].max() < strength[train % 2 == 1].min()
    correlation = np.corrcoef(data.train.targets[:, 0].numpy(), meta[train, 1])[0, 1]
    assert correlation == pytest.approx(1)


def jpegs(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    image_module = pytest.importorskip("PIL.Image")
    files = []
    for image in images:
        file = io.BytesIO()
        image_module.fromarray(image).save(file, "jpeg", quality=95)
        files.append(file.getvalue())
    content = np.frombuffer(b"".join(files), dtype=np.uint8)
    return content, np.cumsum([0, *(len(file) for file in files)])


def test_images_are_halved_and_standardised(real_sets, rng, tmp_path) -> None:
    def plain(n: int) -> np.ndarray:
        colours = rng.integers(0, 256, (n, 1, 1, 3), dtype=np.uint8)
        return np.broadcast_to(colours, (n, 32, 32, 3)).copy()

    train, test = plain(12), plain(3)
    arrays = {"train_labels": np.arange(12) % 10, "test_labels": np.arange(3)}
    for part, images in (("train", train), ("test", test)):
        arrays[f"{part}_jpeg"], arrays[f"{part}_offsets"] = jpegs(images)
    np.savez(tmp_path / "cifar10_jpeg_12k3k.npz", **arrays)
    data = real_sets.load("cifar10", tmp_path)
    assert data.train.inputs.shape == (9, 3, 16, 16)
    assert data.valid.inputs.shape == data.test.inputs.shape == (3, 3, 16, 16)
    assert data.valid.targets.tolist() == [9, 0, 1]
    seen = train[:9].astype(float)
    expected = (test[:, 0, 0] - seen.mean((0, 1, 2))) / seen.std((0, 1, 2))
    np.testing.assert_allclose(data.test.inputs[:, :, 5, 8], expected, atol=0.05)
