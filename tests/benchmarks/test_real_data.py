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


def test_the_folder_of_the_data_is_asked_for(real_data, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["real_data.py"])
    with pytest.raises(SystemExit):
        real_data.main()
    assert "--data: expected the folder with the data sets" in capsys.readouterr().err
