from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.trials.configuration import of_networks
from optuna_nasbot.visualization import to_svg

N_TRIALS = 12


def network(*units: int) -> Architecture:
    hidden = [Layer("relu", u) for u in units]
    layers = (Layer("ip"), *hidden, Layer("linear"), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), "mlp-reg")


@pytest.fixture
def report(module):
    return module("real_report")


@pytest.fixture
def log(module, tmp_path):
    """Two searches on the same data set with the same seed, which begin alike."""
    evaluation_log = module("evaluation_log")
    log = evaluation_log.Log(tmp_path / "cache.db")
    for index in range(N_TRIALS):
        for search in (0, 1):
            is_start = index < 10
            net = network(8 + index) if is_start else network(8 + index, 9 + search)
            value = -0.1 * index if is_start else -1.0 - 0.123456789 * index - 0.01 * search
            evaluation = evaluation_log.Evaluation(net, value)
            log.add(f"search {search}", "protein", 4, evaluation)
    return log


@pytest.fixture
def runs(module, log):
    run_of, searches = module("results_table").Run, log.searches("protein", 4)
    return {
        run_of("real-data", "protein", method, 4): [
            float(f"{min(e.value for e in search[: n + 1]):.6g}") for n in range(N_TRIALS)
        ]
        for method, search in zip(("nasbot", "random"), searches, strict=True)
    }


def test_runs_find_their_searches(report, runs, log) -> None:
    found = [report.search_of(run, incumbents, log) for run, incumbents in runs.items()]
    assert [search[-1].network for search in found] == [network(19, 9), network(19, 10)]
    assert [len(search) for search in found] == [N_TRIALS, N_TRIALS]


def test_runs_without_a_search_are_refused(report, runs, log) -> None:
    [run, *_] = runs
    with pytest.raises(ValueError, match="expected the evaluations of Run"):
        report.search_of(run, [0.0, -7.0], log)


def test_networks_are_judged_by_the_median_on_test_rows(
    module, report, runs, log, tmp_path, monkeypatch, capsys
) -> None:
    errors_of = module("training").Errors
    monkeypatch.setattr(report, "other_models", lambda *arguments: {"ridge": math.log(0.5)})

    def train_all(trainings):
        """Errors of 0.1 for NASBOT's network, 0.2 for all others, twice that in one training."""
        counts: dict[tuple[object, ...], int] = {}
        errors = {}
        for training in trainings:
            key = (training.network, training.lr)
            counts[key] = counts.get(key, 0) + 1
            error = 0.1 if training.network == network(19, 9) else 0.2
            factor = 2 if counts[key] == 2 else 1
            errors[training] = errors_of(valid=abs(training.lr - 3e-3), test=factor * error)
        assert all(count == 3 for count in counts.values())
        return errors

    report.print_report(runs, log, train_all, tmp_path)
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("| protein")
    ]
    noise = f"{math.log(2) / math.sqrt(3):.4f}"
    half = f"{math.log(0.5):.4f}"
    assert rows == [
        ["protein", "nasbot", "0.1000", f"{math.log(0.1):.4f}", noise, "-", "-"],
        ["protein", "random", "0.2000", f"{math.log(0.2):.4f}", noise, half, "1, 0"],
        ["protein", "best of start", "0.2000", f"{math.log(0.2):.4f}", noise, half, "1, 0"],
        ["protein", "256-256, lr 0.003", "0.2000", f"{math.log(0.2):.4f}", noise, half, "1, 0"],
        ["protein", "ridge", "0.5000", half, "-", f"{math.log(0.2):.4f}", "1, 0"],
    ]


def test_drawings_are_of_the_best_network_of_the_first_method(module, runs, log, tmp_path) -> None:
    folder = tmp_path / "drawings"
    module("real_drawings").draw_best(runs, log, folder)
    assert [path.name for path in folder.iterdir()] == ["protein.svg"]
    assert (folder / "protein.svg").read_text("utf-8") == to_svg(network(19, 9))


# --- distances


@pytest.fixture
def distances(module):
    return module("real_distances")


@pytest.fixture
def networks(module, distances):
    """Networks whose loss is a function of their depth, some of them with several values."""
    evaluation = module("evaluation_log").Evaluation
    rng = np.random.default_rng(3)
    nets = [network(*rng.integers(8, 200, 1 + index % 6).tolist()) for index in range(30)]
    search = [evaluation(net, float(len(net.layers))) for net in nets]
    others = [evaluation(net, len(net.layers) + 1.0) for net in nets[:4]]
    space = module("real_tasks").TASKS["protein"].space
    return distances.evaluated([search, others], space)


def test_each_network_counts_once_with_its_mean(networks) -> None:
    assert len({net.canonical_hash() for net in networks.networks}) == 30
    surplus = networks.losses - [len(net.layers) for net in networks.networks]
    assert sorted(surplus) == [0.0] * 26 + [0.5] * 4


def test_residuals_are_those_without_the_network(module, distances, networks) -> None:
    residuals = distances.size_residuals(networks)
    values = module("real_distances").warp(-networks.losses)
    rows = np.array(
        [
            (1.0, mass, mass**2, depth)
            for mass, depth in (
                (math.log(distances.total_mass(net)), len(net.layers) - 3)
                for net in networks.networks
            )
        ]
    )
    kept = np.arange(30) != 5
    coefficients, *_ = np.linalg.lstsq(rows[kept], values[kept], rcond=None)
    assert residuals[5] == pytest.approx(values[5] - rows[5] @ coefficients)


def test_surrogate_residuals_are_those_without_the_network(distances, networks) -> None:
    residuals = distances.surrogate_residuals(networks)
    values = distances.warp(-networks.losses)
    made = distances.default_kernel({"net": networks.distances})
    observed = of_networks("net", networks.networks)
    surrogate = SurrogateFitter(made).fit(observed, Targets(-networks.losses))
    parameters = surrogate.parameters
    kernel = surrogate.kernel.matrix(observed, observed, parameters)
    eigenvalues, vectors = np.linalg.eigh(kernel)
    covariance = (vectors * np.maximum(eigenvalues, 0)) @ vectors.T
    covariance += parameters.noise_variance * np.eye(30)
    kept = np.arange(30) != 5
    mean = covariance[5, kept] @ np.linalg.solve(covariance[np.ix_(kept, kept)], values[kept])
    assert residuals[5] == pytest.approx(values[5] - mean)


def test_figure_and_tables(distances, networks, tmp_path, capsys) -> None:
    pytest.importorskip("matplotlib")
    distances.print_correlations({"protein": networks})
    distances.print_predictions({"protein": networks})
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| protein")]
    correlations, predicted = ([float(c) for c in row.split("|")[3:-1]] for row in rows)
    assert len(correlations) == 8
    assert max(correlations) > 0.3
    assert min(predicted) > 0.9
    distances.draw({"protein": networks}, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000
