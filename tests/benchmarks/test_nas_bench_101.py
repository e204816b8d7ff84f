"""The benchmark on NAS-Bench-101, without its table, which no package has."""

from __future__ import annotations

import numpy as np
import optuna
import pytest


def test_module_hashes_do_not_depend_on_the_numbering(module) -> None:
    table = module("nas_bench_101_table")
    one = table.SPACE.network_of_vertices(["conv1x1", "conv3x3"], [(0, 1), (0, 2), (1, 3), (2, 3)])
    other = table.SPACE.network_of_vertices(
        ["conv3x3", "conv1x1"], [(0, 1), (0, 2), (1, 3), (2, 3)]
    )
    third = table.SPACE.network_of_vertices(["conv3x3", "conv1x1"], [(0, 1), (1, 2), (2, 3)])
    assert table.module_hash(one) == table.module_hash(other) != table.module_hash(third)


def test_errors_are_found_by_hash(module, tmp_path) -> None:
    table = module("nas_bench_101_table")
    rng = np.random.default_rng(0)
    cells = {
        table.module_hash(cell): cell for cell in (table.SPACE.random(rng) for _ in range(20))
    }
    hashes = np.array([int(text[:16], 16) for text in cells], dtype=np.uint64)
    order = np.argsort(hashes)
    accuracies = np.linspace(80, 94, len(cells))
    np.savez(tmp_path / "nb101.npz", hash64=hashes[order], test_acc108=accuracies[order])
    errors = table.CellErrors(tmp_path)
    found = [errors(cell) for cell in cells.values()]
    assert found == pytest.approx(100.0 - accuracies)
    unknown = table.SPACE.network_of_vertices([], [(0, 1)])
    with pytest.raises(KeyError, match="no cell like this"):
        errors(unknown)


def test_a_cell_and_its_parameters_are_the_same(module) -> None:
    benchmark, space = module("nas_bench_101"), module("nas_bench_101_table").SPACE
    rng = np.random.default_rng(0)
    for _ in range(30):
        cell = space.random(rng)
        trial = optuna.trial.FixedTrial(benchmark.flattened_params(cell))
        assert benchmark.flattened(trial).canonical_hash() == cell.canonical_hash()
    full = dict.fromkeys(benchmark.flattened_params(cell), True)
    full |= {f"vertex_{k}": "conv1x1" for k in range(1, 6)}
    assert benchmark.flattened(optuna.trial.FixedTrial(full)) is None
