from __future__ import annotations

import pytest


@pytest.fixture
def real_data(module):
    return module("real_data")


@pytest.fixture
def problem(real_data, tmp_path):
    return lambda seed=0: real_data.problem("naval", seed, tmp_path, tmp_path / "cache.db")


@pytest.fixture
def log(module, tmp_path):
    return module("evaluation_log").Log(tmp_path / "cache.db")


def test_all_searches_begin_with_ten_networks_of_the_pool(module, problem) -> None:
    space = module("real_tasks").TASKS["naval"].space
    assert problem(0).start == problem(1).start == space.initial_pool[:10]
    assert len(problem(0).start) == 10


def test_every_data_set_has_a_task(module) -> None:
    assert set(module("real_tasks").TASKS) == set(module("real_sets").NAMES)


def test_searches_are_logged_apart(real_data, problem, log, monkeypatch) -> None:
    monkeypatch.setattr(real_data, "evaluate", lambda net, *rest: -float(len(net.layers)))
    one, other, third = problem(), problem(), problem(seed=1)
    a, b, *_ = one.start
    assert one.evaluate(b) == -len(b.layers)
    other.evaluate(a)
    one.evaluate(a)
    third.evaluate(b)
    logged = [[evaluation.network for evaluation in search] for search in log.searches("naval", 0)]
    assert logged == [[b, a], [a]]
    [[evaluation]] = log.searches("naval", 1)
    assert (evaluation.network, evaluation.value) == (b, -len(b.layers))


def test_what_is_trained_goes_into_the_table(
    module, real_data, monkeypatch, tmp_path, capsys
) -> None:
    evaluation_cache, errors = module("evaluation_cache"), module("training").Errors(0.5, 0.25)
    network = module("real_tasks").TASKS["naval"].space.initial_pool[0]
    trainings = [evaluation_cache.Training("naval", network, seed, 0.25) for seed in (0, 1)]
    table, earlier = tmp_path / "trainings.csv.gz", evaluation_cache.Cache(tmp_path / "earlier.db")
    earlier.put(trainings[0], errors)
    earlier.write(table)
    cache = evaluation_cache.Cache(tmp_path / "cache.db")

    def train_all(*_: object, **__: object) -> None:
        assert cache.get(trainings[0]) == errors
        cache.put(trainings[1], errors)

    monkeypatch.setattr(real_data, "train_all", train_all)
    monkeypatch.setattr(real_data, "run_benchmark", lambda *_: {})
    monkeypatch.setattr(real_data, "print_report", lambda *_: None)
    options = ["--data", tmp_path, "--cache", tmp_path / "cache.db", "--trainings", table]
    monkeypatch.setattr("sys.argv", ["real_data.py", *map(str, options)])
    real_data.main()
    later = evaluation_cache.Cache(tmp_path / "later.db")
    later.read(table)
    assert [later.get(training) for training in trainings] == [errors, errors]


def test_the_folder_of_the_data_is_asked_for(real_data, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["real_data.py"])
    with pytest.raises(SystemExit):
        real_data.main()
    assert "--data: expected the folder with the data sets" in capsys.readouterr().err
