from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import optuna
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import get_architecture

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = ["nasbot", "nasbot-ucb", "nasbot-ts", "nasbot-without-failures", "evolution", "random"]
NAMES += ["local-search", "counts", "regularised-evolution", "tpe", "gp", "nsga2", "uniform"]


@pytest.fixture(autouse=True)
def as_verbose_as_before() -> Iterator[None]:
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(verbosity)


@pytest.fixture
def problem(module):
    def make(dataset: str, noise_std: float = 0.0):
        return module("synthetic").make_problem(dataset, 0, "random", noise_std)

    return make


@pytest.fixture
def run(module):
    def make(method: str, seed: int = 0):
        return module("results_table").Run("benchmark", "mlp", method, seed)

    return make


def test_all_methods_are_tested(module) -> None:
    """But for the variants of NASBOT, which differ in a function each."""
    assert [name for name in module("methods").METHODS if "/" not in name] == NAMES


@pytest.mark.parametrize("method", NAMES)
def test_all_methods_begin_with_the_start_and_go_on(module, problem, run, method: str) -> None:
    teach = problem("teach-mlp", noise_std=0.01)
    evaluations = module("evaluations").Evaluations(teach, 0)
    for network in teach.start:
        evaluations(network)
    incumbents = module("runs").search(run(method), teach, 13)
    assert incumbents[:10] == evaluations.incumbents()
    assert len(incumbents) == 13
    assert module("runs").search(run(method), teach, 13) == incumbents


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_fewer_evaluations_than_starts(module, problem, run, method: str) -> None:
    assert len(module("runs").search(run(method), problem("mlp"), 3)) == 3


def test_parameters_of_the_start_are_known_to_samplers_of_parameters(
    module, problem, run, monkeypatch
) -> None:
    seen: list[list[optuna.trial.FrozenTrial]] = []

    class Spy(optuna.samplers.RandomSampler):
        def before_trial(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
            seen.append(study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)))

    monkeypatch.setitem(module("methods").METHODS, "tpe", lambda seed: Spy(seed=seed))
    mlp = problem("mlp")
    described = [network for network in mlp.start if mlp.flattened_params(network) is not None]
    assert 0 < len(described) < len(mlp.start)
    module("runs").search(run("tpe"), mlp, 11)
    [known] = seen
    assert [trial.value for trial in known] == [mlp.evaluate(network) for network in described]
    assert [trial.params for trial in known] == [
        mlp.flattened_params(network) for network in described
    ]


def test_methods_say_what_they_return(module, problem, run, monkeypatch) -> None:
    def latest(study: optuna.Study, name: str) -> Architecture:
        return get_architecture(study.trials[-1], name)

    methods = module("methods")
    monkeypatch.setitem(methods.METHODS, "latest", methods.METHODS["random"])
    monkeypatch.setitem(methods.RECOMMENDED, "latest", latest)
    tried: list[Architecture] = []

    def evaluate(network: Architecture) -> float:
        tried.append(network)
        return float(len(network.layers))

    mlp = replace(problem("mlp"), evaluate=evaluate)
    best = module("runs").search(run("random"), mlp, 16)
    sizes = [float(len(network.layers)) for network in tried]
    assert module("runs").search(run("latest"), mlp, 16) == [*best[:10], *sizes[10:]] != best


@pytest.fixture
def benchmark(module, tmp_path: Path):
    """Run the synthetic benchmark with one process and few evaluations."""
    synthetic, runs, options = map(module, ("synthetic", "runs", "options"))

    def run(*given: str, make_problem=None):
        parser = options.parser("", ["mlp"], ["random", "evolution"], 12, tmp_path / "out.csv")
        arguments = parser.parse_args(["--processes", "1", *given])
        make_problem = make_problem or partial(
            synthetic.make_problem, start="random", noise_std=0.0
        )
        return runs.run_benchmark("name", make_problem, arguments, (5, 20))

    return run


def test_results_are_kept_and_not_rerun(benchmark, tmp_path: Path, capsys) -> None:
    first = benchmark("--seeds", "0:2")
    assert {(run.method, run.seed) for run in first} == {
        (method, seed) for method in ("random", "evolution") for seed in (0, 1)
    }
    assert all(len(values) == 12 and values == sorted(values) for values in first.values())
    out = capsys.readouterr().out
    assert "| dataset | method | runs | @5 | @12 |" in out
    assert "| mlp | random | 2 |" in out
    assert "random minus the others" in out

    csv = tmp_path / "out.csv"
    lines = csv.read_text().splitlines()
    assert lines[0] == "benchmark,dataset,method,seed,evaluations,value"
    assert len(lines) == 1 + 4 * 12
    marked = [line for line in lines if line.startswith("name,mlp,random,0,")]
    kept = [line.rsplit(",", 1)[0] + ",77" if line in marked else line for line in lines]
    # Seed 0 of random is another one now, and seed 1 of evolution was interrupted.
    kept = [line for line in kept if not line.startswith("name,mlp,evolution,1,12,")]
    csv.write_text("\n".join(kept) + "\n")

    again = benchmark("--seeds", "0:3")
    assert f"3 of 6 runs are in {csv}." in capsys.readouterr().out
    by_name = {(run.method, run.seed): values for run, values in again.items()}
    assert by_name["random", 0] == [77.0] * 12
    for run, values in first.items():
        if (run.method, run.seed) != ("random", 0):
            assert by_name[run.method, run.seed] == values
    assert len(by_name) == 6
    assert len(csv.read_text().splitlines()) == len(kept) + 12 + 2 * 12


def test_methods_for_parameters_need_some(benchmark, problem, capsys) -> None:
    benchmark("--seeds", "0:1", "--methods", "random")
    without_parameters = replace(problem("mlp"), flattened=None)
    runs = benchmark(
        *("--seeds", "0:1", "--methods", "random", "tpe"),
        make_problem=lambda *_: without_parameters,
    )
    assert [run.method for run in runs] == ["random"]
    assert "tpe is left out on mlp" in capsys.readouterr().out


INTERRUPTED = """
import signal
import time
from options import parser
from pathlib import Path
from runs import run_benchmark
from synthetic import make_problem


def endless(dataset, seed):
    if seed:
        print("begun", flush=True)
        time.sleep(600)
    return make_problem(dataset, seed, "random")


if __name__ == "__main__":
    # Where the tests run in the background of a shell, processes ignore it from birth.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = parser("", ["mlp"], ["random"], 12, Path("x.csv")).parse_args()
    run_benchmark("name", endless, options, (5,))
"""


def test_interrupted_benchmarks_end_at_once_and_keep_what_is_done(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(INTERRUPTED)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), *sys.path])}
    with subprocess.Popen(
        [sys.executable, "script.py", "--seeds", "0:9", "--processes", "2", "--out", "out.csv"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as benchmark:
        printed = ""
        # Two processes print into one pipe: their lines can come in any order, and mixed.
        while printed.count("begun") < 2 or "seed 0: " not in printed:
            line = benchmark.stdout.readline()
            assert line, f"The benchmark ended by itself, after {printed!r}."
            printed += line
        os.killpg(benchmark.pid, signal.SIGINT)  # as a terminal does
        benchmark.communicate(timeout=60)  # no worker holds the output open any more
    assert benchmark.returncode != 0
    assert (tmp_path / "out.csv").read_text().count("name,mlp,random,0,") == 12


@pytest.mark.parametrize(("direction", "score"), [("maximize", "2, 1"), ("minimize", "1, 2")])
def test_won_and_lost(module, run, direction: str, score: str) -> None:
    results = module("results_table")
    values = {"nasbot": [3.0, 5.0, 1.0, 2.0], "random": [2.0, 4.0, 2.0, 2.0]}
    runs = {
        run(method, seed): [0.0, value]
        for method, of_seeds in values.items()
        for seed, value in enumerate(of_seeds)
    }
    [*_, line] = results.paired_differences(
        runs, ["nasbot", "random"], [1, 2], direction
    ).splitlines()
    error = np.std([1, 1, -1, 0], ddof=1) / 2
    assert line == f"| mlp | random | 4 | 0.000 ± 0.000 | 0.250 ± {error:.3f} | {score} |"


@pytest.mark.parametrize("n_bytes_lost", [1, 4, 9, 20, 40])
def test_a_file_that_was_cut_off_is_gone_on_with(
    module, run, tmp_path: Path, n_bytes_lost: int
) -> None:
    results, path = module("results_table"), tmp_path / "results.csv"
    one, other = run("random", 0), run("random", 1)
    results.append_csv(path, one, [1.0, 2.0, 3.0])
    results.append_csv(path, other, [4.25, 5.25])
    path.write_bytes(path.read_bytes()[:-n_bytes_lost])
    kept = results.read_csv(path)
    assert kept[one] == [1.0, 2.0, 3.0]
    assert kept.get(other, []) == ([4.25] if n_bytes_lost < 30 else [])
    results.append_csv(path, other, [4.25, 5.25])
    assert results.read_csv(path) == {one: [1.0, 2.0, 3.0], other: [4.25, 5.25]}


def test_of_a_run_with_a_gap_the_beginning_counts(module, run, tmp_path: Path) -> None:
    results, path = module("results_table"), tmp_path / "results.csv"
    results.append_csv(path, run("random"), [1.0, 2.0, 3.0])
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], *lines[3:]]))
    assert results.read_csv(path) == {run("random"): [1.0]}
