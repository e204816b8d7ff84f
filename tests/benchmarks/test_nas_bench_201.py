"""The benchmark on NAS-Bench-201, with the table of the PyPI package."""

from __future__ import annotations

import numpy as np
import optuna
import pytest


@pytest.fixture
def regrets(module):
    return module("nas_bench_201").problem("cifar10", 0, None, "random")


def test_best_cell_has_no_regret(module, regrets) -> None:
    table = module("nas_bench_201_table")
    accuracies = table.validation_accuracies("cifar10", None)
    assert accuracies.max() == pytest.approx(91.60667, abs=1e-4)
    best = np.unravel_index(accuracies.argmax(), accuracies.shape)
    labels = {
        edge: table.OPERATIONS[k] for edge, k in zip(table.EDGES, best, strict=True) if k > 0
    }
    assert regrets.evaluate(table.SPACE.network_of_edges(labels)) == 0.0


def test_a_cell_and_its_parameters_have_one_value(regrets) -> None:
    for cell in regrets.start:
        trial = optuna.trial.FixedTrial(regrets.flattened_params(cell))
        assert regrets.flattened(trial).canonical_hash() == cell.canonical_hash()
        assert regrets.evaluate(cell) > 0.0


def test_parameters_without_a_way_are_no_cell(module, regrets) -> None:
    cut = dict.fromkeys(regrets.flattened_params(regrets.start[0]), "none")
    assert regrets.flattened(optuna.trial.FixedTrial(cut)) is None
    assert regrets.impossible_value > 75.0


def test_starts_differ_by_seed(module) -> None:
    problem = module("nas_bench_201").problem
    one, other = (problem("cifar10", seed, None, "random").start for seed in (0, 1))
    assert {cell.canonical_hash() for cell in one} != {cell.canonical_hash() for cell in other}
    assert problem("cifar10", 0, None, "own").start == ()
