from __future__ import annotations

import csv
import gzip
import json
import math

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace

POOL = MLPSpace().initial_pool


@pytest.fixture
def cache(module, tmp_path):
    """A cache in a file of a name."""
    return lambda name: module("evaluation_cache").Cache(tmp_path / f"{name}.db")


@pytest.fixture
def trained(module):
    """Trainings with their errors."""
    training, errors = module("evaluation_cache").Training, module("training").Errors
    return {
        training("protein", POOL[1], 2**55 + 1, 0.25): errors(0.1 + 0.2, 1e-17 / 3),
        training("protein", POOL[0], 3, 1.0, lr=3e-3, is_limited=False): errors(0.5, 0.25),
        training("naval", POOL[0], 3, 0.25): errors(math.nan, math.nan, "crashed (SIGABRT)"),
        training("digits", POOL[0], 3, 1.0, 0.1 + 0.2, 1 / 3, 0.1, 57): errors(0.125, 0.25),
        training("naval", POOL[0], 4, 0.25): errors(math.inf, math.nan, "diverged"),
    }


@pytest.fixture
def full(cache, trained):
    full = cache("full")
    for training, errors in trained.items():
        full.put(training, errors)
    return full


def test_a_table_has_all_of_a_cache(cache, trained, full, tmp_path) -> None:
    full.write(tmp_path / "results" / "table.csv.gz")
    other = cache("other")
    other.read(tmp_path / "results" / "table.csv.gz")
    for training, errors in trained.items():
        for found in (full.get(training), other.get(training)):
            assert repr(found) == repr(errors)  # NaN is not equal to itself


def test_a_table_has_the_networks(full, tmp_path) -> None:
    full.write(tmp_path / "table.csv.gz")
    with gzip.open(tmp_path / "table.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    assert [(row["dataset"], row["failure"]) for row in rows] == [
        ("digits", ""),
        ("naval", "crashed (SIGABRT)"),
        ("naval", "diverged"),
        ("protein", ""),
        ("protein", ""),
    ]
    for row in rows:
        network = Architecture.from_dict(json.loads(row["architecture"]))
        assert network.canonical_hash() == row["network"]


def test_bytes_do_not_depend_on_the_order_of_trainings(cache, trained, full, tmp_path) -> None:
    one, other, third = (tmp_path / f"{name}.csv.gz" for name in ("one", "other", "third"))
    full.write(one)
    backwards = cache("backwards")
    for training, errors in reversed(trained.items()):
        backwards.put(training, errors)
    backwards.write(other)
    backwards.read(one)
    backwards.write(third)
    assert one.read_bytes() == other.read_bytes() == third.read_bytes()


def test_a_cache_keeps_what_it_has(cache, module, trained, full, tmp_path) -> None:
    full.write(tmp_path / "table.csv.gz")
    [training, *others] = trained
    own = cache("own")
    own.put(training, module("training").Errors(7.0, 8.0))
    own.read(tmp_path / "table.csv.gz")
    assert own.get(training) == module("training").Errors(7.0, 8.0)
    assert all(own.get(other) is not None for other in others)


def test_there_may_be_no_table_or_an_empty_one(cache, trained, tmp_path) -> None:
    empty, table = cache("empty"), tmp_path / "table.csv.gz"
    empty.read(table)
    empty.write(table)
    empty.read(table)
    assert [empty.get(training) for training in trained] == [None] * 5
    with gzip.open(table, "rt") as file:
        [head] = file.read().splitlines()
    parameters = "lr,weight_decay,dropout,batch"
    assert head == f"dataset,network,seed,width,{parameters},valid,test,failure,architecture"


def test_a_table_without_parameters_is_of_the_recipes(cache, trained, full, tmp_path) -> None:
    full.write(tmp_path / "table.csv.gz")
    with gzip.open(tmp_path / "table.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [name for name in rows[0] if name not in ("weight_decay", "dropout", "batch")]
    with gzip.open(tmp_path / "earlier.csv.gz", "wt", newline="") as file:
        writer = csv.DictWriter(file, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    other = cache("other")
    other.read(tmp_path / "earlier.csv.gz")
    found = [repr(other.get(training)) for training in trained if training.dataset != "digits"]
    assert found == [repr(trained[each]) for each in trained if each.dataset != "digits"]
