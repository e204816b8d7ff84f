"""The benchmarks on NAS-Bench-201 of accuracy and cost, on made-up tables."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

PAIRS = ("cifar10-latency", "imagenet16_120-edgegpu_latency")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Tables in which convolutions cost, and make cells better."""
    folder = tmp_path_factory.mktemp("tables")
    ops = np.array([*itertools.product(range(5), repeat=6)], dtype=np.uint8)
    costs = np.array([0.0, 0.1, 1.0, 2.0, 0.2])[ops].sum(axis=1) + 0.1
    accuracies = 90.0 - 80.0 * np.exp(-costs / 4.0) - np.arange(len(ops)) % 7
    for_both = {f"{pair.split('-')[0]}_val200": accuracies for pair in PAIRS}
    np.savez(folder / "nb201.npz", ops=ops, cifar10_latency_s=costs, **for_both)
    np.savez(folder / "nb201_hardware.npz", ops=ops, imagenet16_120_edgegpu_latency=costs)
    return folder


def run_of(module, benchmark: str, dataset: str, method: str):
    return module("results_table").Run(benchmark, dataset, method, 0)


def test_area_of_a_staircase(module) -> None:
    area = module("fronts").area
    points = np.array([[1.0, 3.0], [2.0, 1.0], [2.5, 2.0], [0.5, 9.0], [9.0, 0.5]])
    assert area(points, np.array([4.0, 4.0])) == pytest.approx(1 * 1 + 2 * 3)
    assert area(points[3:], np.array([4.0, 4.0])) == 0.0


@pytest.mark.parametrize("method", ["nasbot", "nasbot/known", "nsga2", "evolution", "random"])
def test_fronts_grow_from_the_same_start(module, data, method: str) -> None:
    script = module("nas_bench_201_fronts")
    missing, start = (
        np.array(
            script.missing_volumes(
                run_of(module, "nas-bench-201-fronts", PAIRS[1], each), 14, data
            )
        )
        for each in (method, "random")
    )
    assert (np.diff(missing) <= 0).all()
    assert (missing[:10] == start[:10]).all()
    assert missing[-1] > np.log10(script._LEAST)


def test_losses_are_0_at_the_best_and_1_at_the_reference_point(module, data) -> None:
    losses = module("nas_bench_201_fronts").losses(
        module("nas_bench_201_costs").cells(PAIRS[0], data)
    )
    assert (losses.reshape(-1, 2).min(axis=0) == 0.0).all()
    assert np.median(losses[..., 0]) == pytest.approx(1.0)
    assert losses[..., 1].max() == 1.0


@pytest.mark.parametrize("method", ["nasbot", "nasbot/known", "nsga2", "random"])
def test_regrets_within_a_limit(module, data, method: str) -> None:
    script, costs = module("nas_bench_201_limits"), module("nas_bench_201_costs")
    run = run_of(module, "nas-bench-201-limits", f"{PAIRS[0]} to median", method)
    regrets, shares = script.regrets(run, 14, data)
    assert (np.diff(regrets) <= 0).all()
    table = costs.cells(PAIRS[0], data)
    limit = np.quantile(table.costs[costs.is_cell_of_space()], 0.5)
    places = costs.tried(method, 0, 14, table, limit)
    within = [place for place in places if table.costs[place] <= limit]
    assert shares[-1] == len(within) / 14
    possible = table.errors[(table.costs <= limit) & costs.is_cell_of_space()]
    best = min(table.errors[place] for place in within)
    assert regrets[-1] == pytest.approx(best - possible.min())


def test_what_half_of_the_runs_attain(module) -> None:
    attained = module("nas_bench_201_attainment").attained
    runs = [np.array([[1.0, 5.0], [2.0, 3.0]]), np.array([[2.0, 4.0]]), np.array([[3.0, 1.0]])]
    found = attained(runs, np.array([0.5, 1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(found, [np.inf, np.inf, 4.0, 3.0])


def test_surfaces_are_drawn(module, data, tmp_path, monkeypatch) -> None:
    script = module("nas_bench_201_attainment")
    picture = tmp_path / "attained.svg"
    points = [script.points_of(run_of(module, "", PAIRS[1], "random"), 12, data)]
    script.draw({"random": points}, np.concatenate(points), PAIRS[1], picture)
    assert picture.read_text().count("<path") > 2
