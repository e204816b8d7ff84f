"""The benchmark on single trainings of NAS-Bench-201, with a made-up table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def data(tmp_path) -> Path:
    """A table in which every other cell was trained twice only, and test follows validation."""
    rng = np.random.default_rng(0)
    ops = np.indices((5,) * 6).reshape(6, -1).T
    by_training = rng.uniform(50.0, 90.0, (len(ops), 3))
    by_training[::2, 2] = np.nan
    path = tmp_path / "nb201.npz"
    np.savez(
        path,
        ops=ops.astype(np.uint8),
        cifar10_val200_seeds=by_training,
        cifar10_test200=np.nanmean(by_training, axis=1) - 5.0,
    )
    return path


@pytest.fixture
def problem(module, data):
    return lambda seed=0: module("nas_bench_201_seeds").problem("cifar10", seed, data)


@pytest.fixture
def trainings(module, data):
    """The validation errors of the trainings of a cell."""
    table = module("nas_bench_201_table")

    def of(network) -> list[float]:
        at = table.position(table.SPACE.edges_of_network(network))
        accuracies = table.accuracies_by_training("cifar10", data)[at]
        return [100.0 - accuracy for accuracy in accuracies if np.isfinite(accuracy)]

    return of


def test_a_search_sees_one_training_of_a_cell(module, problem, trainings) -> None:
    space, rng = module("nas_bench_201_table").SPACE, np.random.default_rng(0)
    cells = [space.random(rng) for _ in range(40)]
    one, same, other = problem(0), problem(0), problem(1)
    seen = [one.observe(cell) for cell in cells]
    assert seen == [same.observe(cell) for cell in cells]
    assert seen != [other.observe(cell) for cell in cells]
    for cell, value in zip(cells, seen, strict=True):
        assert value in trainings(cell)
    at_seeds = {problem(seed).observe(cells[0]) for seed in range(20)}
    assert at_seeds == set(trainings(cells[0]))


def test_draws_are_uniform_and_never_of_a_missing_training(module) -> None:
    draw = module("nas_bench_201_seeds").one_training_each
    accuracies = np.tile([[1.0, np.nan, 2.0], [3.0, 4.0, 5.0]], (3000, 1, 1))
    drawn = draw(accuracies, np.random.default_rng(0))
    for column, expected in zip(drawn.T, ([1.0, 2.0], [3.0, 4.0, 5.0]), strict=True):
        values, counts = np.unique(column, return_counts=True)
        assert values.tolist() == expected
        np.testing.assert_allclose(counts / 3000, 1 / len(expected), atol=0.03)


def test_worth_is_the_regret_of_the_test_accuracy(problem, trainings) -> None:
    one, other = problem(0), problem(1)
    best_errors = [np.mean(trainings(cell)) + 5.0 - one.evaluate(cell) for cell in one.start]
    assert best_errors == pytest.approx([best_errors[0]] * 10)
    assert all(one.evaluate(cell) == other.evaluate(cell) > 0.0 for cell in one.start)


def test_parameters_without_a_way_count_as_no_edges(module, problem, data) -> None:
    table = module("nas_bench_201_table")
    without_edges = (0,) * 6
    seen = {problem(seed).observe(None) for seed in range(20)}
    by_training = table.accuracies_by_training("cifar10", data)[without_edges]
    assert seen == {100.0 - accuracy for accuracy in by_training if np.isfinite(accuracy)}
    tests = table.test_accuracies("cifar10", data)
    assert problem().impossible_value == tests.max() - tests[without_edges]


def test_searches_return_the_cell_with_the_best_value_seen(module, problem) -> None:
    run = module("results_table").Run("benchmark", "cifar10", "random", 0)
    evaluations = module("evaluations").Evaluations(problem(), 0)
    seen = [evaluations(cell) for cell in problem().start]
    regrets = [problem().evaluate(cell) for cell in problem().start]
    expected = [regrets[int(np.argmin(seen[:n]))] for n in range(1, 11)]
    assert module("runs").search(run, problem(), 10) == expected


def test_tables_of_regrets_and_accuracies(module, data, tmp_path, monkeypatch, capsys) -> None:
    out = tmp_path / "out.csv"
    options = ["--datasets", "cifar10", "--methods", "random", "tpe", "--seeds", "0:1"]
    options += ["--trials", "12", "--processes", "1", "--data", str(data), "--out", str(out)]
    monkeypatch.setattr("sys.argv", ["nas_bench_201_seeds.py", *options])
    module("nas_bench_201_seeds").main()
    best = module("nas_bench_201_table").test_accuracies("cifar10", data).max()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| cifar10")]
    assert [line.split("|")[2] for line in lines] == [
        " random ",
        " tpe ",
        " tpe ",
        " random ",
        " tpe ",
    ]
    regret_lines, accuracy_lines = lines[:2], lines[-2:]
    for regrets, accuracies in zip(regret_lines, accuracy_lines, strict=True):
        regret, accuracy = (float(line.split("|")[-2]) for line in (regrets, accuracies))
        assert regret + accuracy == pytest.approx(best, abs=2e-3)
    assert len(out.read_text().splitlines()) == 1 + 2 * 12


def test_the_table_is_asked_for(module, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["nas_bench_201_seeds.py"])
    with pytest.raises(SystemExit):
        module("nas_bench_201_seeds").main()
    assert "--data: expected the path of nb201.npz" in capsys.readouterr().err
