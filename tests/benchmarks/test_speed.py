from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import optuna
import pytest

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import get_architecture

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
N_WAYS = 5 if find_spec("numba") is not None else 3


@pytest.fixture(autouse=True)
def as_verbose_as_before() -> Iterator[None]:
    verbosity = optuna.logging.get_verbosity()
    yield
    optuna.logging.set_verbosity(verbosity)


@pytest.fixture
def module(monkeypatch):
    """Import a module of the benchmarks, as their scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module


@pytest.fixture
def tables(module, capsys):
    """Run the benchmark; the rows of each table that it prints, the head left out."""

    def run(*arguments: str) -> list[list[list[str]]]:
        module("speed").main(["--kinds", "mlp", "--repeats", "1", *arguments])
        blocks = capsys.readouterr().out.split("\n\n")
        printed = [block.splitlines() for block in blocks if block.startswith("|")]
        return [[line.strip("| ").split(" | ") for line in lines[2:]] for lines in printed]

    return run


def numbers(row: list[str], start: int) -> list[float]:
    return [float(cell) for cell in row[start:]]


@pytest.mark.parametrize("kind", ["cnn", "mlp"])
def test_all_ways_to_distances_agree(module, kind: str) -> None:
    networks = module("populations").population(module("populations").SPACES[kind], 10, 7)
    ways = module("speed_distances").ways_to_distances(networks[:3], networks[3:])
    first, *others = [way() for way in ways.values()]
    assert first.shape == (4, 3, 4)
    assert len(others) == N_WAYS - 1
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-12)


@pytest.mark.parametrize("n_layers", [10, 57])
@pytest.mark.parametrize("kind", ["cnn", "mlp"])
def test_population_keeps_to_the_number_of_layers(module, kind: str, n_layers: int) -> None:
    networks = module("populations").population(module("populations").SPACES[kind], n_layers, 30)
    assert len({network.canonical_hash() for network in networks}) == 30
    for network in networks:
        assert abs(len(network.layers) - n_layers) <= 0.15 * n_layers


def test_measures_take_turns(module) -> None:
    calls: list[str] = []
    timed = module("timing").timed
    measures = {name: lambda name=name: timed(lambda: calls.append(name)) for name in "ab"}
    times = module("timing").side_by_side(measures, 2)
    assert calls == list("ababab")
    assert [len(times[name]) for name in "ab"] == [3, 3]


@pytest.mark.slow
def test_distances_and_features(tables) -> None:
    distances, features = tables("--parts", "distances", "features", "--layers", "10")
    assert len(distances) == N_WAYS
    assert numbers(distances[0], -2) == [1.0, 1.0]
    assert all(min(numbers(row, 3)) > 0.0 for row in distances)
    [row] = features
    graph, canonical_hash, of_distance, total = numbers(row, 2)[:4]
    assert total == pytest.approx(graph + canonical_hash + of_distance, rel=0.02)


def test_suggestions(tables) -> None:
    startup, suggestions, exponents = tables(
        *("--parts", "startup", "suggestions", "--observed", "12", "--candidates", "40"),
        *("--gp-up-to", "11"),
    )
    assert [row[0] for row in startup] == ["mlp"]
    samplers = [row[2] for row in suggestions]
    assert samplers == ["NASBOT", "NASBOT, 40 candidates", "TPESampler"]
    assert all(row[-2:] == ["-", "-"] for row in suggestions)  # no GPSampler to compare with
    assert exponents == []  # from 100 observed on only


def test_ratio_to_gp_sampler(tables) -> None:
    suggestions, _ = tables("--parts", "suggestions", "--observed", "12", "--candidates", "40")
    assert next(row[-2:] for row in suggestions if row[2] == "GPSampler") == ["1", "1"]
    assert all(min(numbers(row, 4)) > 0.0 for row in suggestions)


def test_counting_changes_no_suggestion(module) -> None:
    searches = module("searches")
    space = module("populations").SPACES["mlp"]
    networks = module("populations").population(space, 10, 12)
    counting = searches.CountingSampler(seed=0, budget=searches.SearchBudget())
    plain, counted = [
        searches.architecture_search(sampler, space, networks).suggest()
        for sampler in (NASBOTSampler(seed=0), counting)
    ]
    assert get_architecture(counted, "net") == get_architecture(plain, "net")
    assert counting.n_scored > 0


def test_budget_is_enough(module) -> None:
    searches = module("searches")
    space = module("populations").SPACES["cnn"]
    sampler = searches.CountingSampler(seed=0, budget=searches.budget_for(200))
    networks = module("populations").population(space, 20, 12)
    searches.architecture_search(sampler, space, networks).suggest()
    assert sampler.n_scored >= 200


def test_growth_exponent(module) -> None:
    seconds = {n: 1e-3 * n**1.5 for n in (100, 200, 1000)}
    assert module("speed_suggestions").growth_exponent(seconds) == pytest.approx(1.5)


def test_profile(module, capsys) -> None:
    module("speed").main(["--kinds", "mlp", "--profile", "12"])
    assert "sample_architecture" in capsys.readouterr().out


@pytest.mark.slow
def test_memory(tables) -> None:
    [[row]] = tables("--parts", "memory", "--observed", "12")
    imports, study, suggestions = numbers(row, 2)
    assert imports > 10.0
    assert min(study, suggestions) >= 0.0


def test_imports(module, monkeypatch, tables) -> None:
    def pretended(action: str, **_: object) -> object:
        return module("timing").Time(*((2.0, 1.0) if action == "import optuna" else (6.0, 4.0)))

    monkeypatch.setattr(module("speed_imports"), "in_new_process", pretended)
    [[optuna_row, *others]] = tables("--parts", "imports")
    assert numbers(optuna_row, 1) == [2.0, 1.0, 1.0, 1.0]
    assert others[0][0] == "import optuna_nasbot"
    assert all(numbers(row, 1) == [6.0, 4.0, 3.0, 4.0] for row in others)


@pytest.mark.slow
def test_dashboard(module, monkeypatch, tables) -> None:
    def pretended(action: str, **_: object) -> object:
        return module("timing").Time(6.0, 4.0)

    monkeypatch.setattr(module("speed_dashboard"), "in_new_process", pretended)
    [rows] = tables("--parts", "dashboard", "--shown", "4")
    assert [row[2] for row in rows] == [
        *("save_note", "DashboardCallback", "add_to_dashboard"),
        *("add_to_dashboard, nothing to do", "to_html"),
    ]
    assert numbers(rows[0], -2) == [1.0, 1.0]
    assert numbers(rows[-1], 3)[:3] == [6.0, 4.0, 1.0]


@pytest.mark.slow
def test_page_of_a_study_is_measured(module, tmp_path: Path) -> None:
    time = module("speed_dashboard").measures(tmp_path, "mlp", 3)["to_html"]()
    assert time.cpu > 0.0


@pytest.mark.parametrize("name", ["import optuna_nasbot", "first distance, POT"])
def test_new_processes(module, tmp_path: Path, name: str) -> None:
    speed_imports: ModuleType = module("speed_imports")
    time = speed_imports.measures(str(tmp_path))[name]()
    assert time.wall > 0.0
    assert time.cpu > 0.0
