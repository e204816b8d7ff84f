"""The space of networks with a user's own layers."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from optuna_nasbot import ArchitectureError
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import best_architecture
from optuna_nasbot import get_architecture
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import one_edit_neighbours

SEP = Operation("sep", "conv", strides=(1, 2))
FIXED = Operation("fixed stride", "conv")
ATTENTION = Operation("attention", mass=5.0, has_units=False)
POOL = Operation("pool", "pool", mass=1.0, has_units=False, image="halve")
SHRINK = Operation("shrink", "pool", image="halve")
DENSE = Operation("dense", "fc", image="flatten")
ODD = [Operation(label, strides=(1, 2)) for label in ("3×3 \"'\\{}", "a-1/2", "class", "\n²_")]
LAYERS = {
    "mixed": [SEP, ATTENTION, "conv3", POOL, "avg-pool", DENSE, "fc"],
    "no pool": [SEP, ATTENTION, DENSE],
    "nothing flattens": [SEP, FIXED, POOL],
    "no strides": [FIXED, SHRINK, DENSE],
    "nothing halves": [FIXED, ATTENTION],
    "one layer": [SEP],
    "odd labels": ODD,
    "no mass": [Operation("free", mass=0), Operation("none", mass=0, strides=(1, 2))],
}
FEATURES = {
    "features": [Operation("gelu", image="flatten"), Operation("norm", has_units=False), "relu"],
    "only one layer": [Operation("norm", has_units=False)],
}


def space(**arguments: Any) -> GraphSpace:
    usual = {
        "kind": "test-graph",
        "operations": LAYERS["mixed"],
        "task": "classification",
        "image_size": 8,
        "max_layers": 14,
        "max_units": 64,
    }
    return GraphSpace(**{**usual, **arguments})


SPACES = {
    **{name: space(kind=f"test-{name}", operations=layers) for name, layers in LAYERS.items()},
    **{
        name: space(kind=f"test-{name}", operations=layers, image_size=None, task="regression")
        for name, layers in FEATURES.items()
    },
    "a pixel": space(kind="test-pixel", image_size=1),
}
each_space = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)


# --- The space


def test_operation_set() -> None:
    operations = space(mislabel={("conv3", "sep"): 0.3}).operation_set
    assert operations is operations_of("test-graph")
    labels = ("sep", "attention", "conv3", "pool", "avg-pool", "dense", "fc")
    assert operations.labels == ("ip", "op", "softmax", *labels)
    assert operations.groups == ("conv", "pool", "fc")
    assert operations.is_image
    costs = operations.mislabel_matrix(2.0)
    assert costs[operations.label_index["sep"], operations.label_index["conv3"]] == 0.6
    assert np.isinf(costs[operations.label_index["pool"], operations.label_index["avg-pool"]])


def test_features() -> None:
    operations = SPACES["features"].operation_set
    assert operations.labels == ("ip", "op", "linear", "gelu", "norm", "relu")
    assert not operations.is_image


@each_space
def test_initial_pool_is_within_the_space_and_has_every_layer(space: GraphSpace) -> None:
    pool = space.initial_pool
    assert all(network in space for network in pool)
    assert len({network.canonical_hash() for network in pool}) == len(pool) >= 3
    used = {layer.label for network in pool for layer in network.layers}
    halving = {op.label for op in space.operation_set.operations if op.image == "halve"}
    expected = set(space.operation_set.labels) - (halving if space.image_size == 1 else set())
    assert used >= expected - {"fc"}  # a second layer that flattens is left to the search


def test_images_are_halved_until_a_pixel_is_left() -> None:
    assert [space(image_size=size).max_halvings for size in (1, 7, 8, 9)] == [0, 3, 3, 4]
    assert space(max_halvings=1).max_halvings == 1


def test_initial_chains_replace_the_default() -> None:
    chain = [Layer("sep", 16, 2), Layer("attention"), Layer("pool"), Layer("fc", 32)]
    (network,) = space(initial_chains=[chain]).initial_pool
    assert network.layers[1:-2] == tuple(chain)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kind": 3}, TypeError, "kind: expected a string, got 3"),
        ({"kind": ""}, ValueError, "kind: expected a string that is not empty"),
        ({"kind": "cnn"}, ValueError, "kind: expected a name other than those of the built-in"),
        ({"operations": "conv3"}, TypeError, "operations: expected a sequence of Operation and"),
        ({"operations": {SEP}}, TypeError, "operations: expected a sequence of Operation and"),
        ({"operations": SEP}, TypeError, "operations: expected a sequence of Operation and"),
        ({"operations": []}, ValueError, "operations: expected at least one Operation, got none"),
        ({"operations": [SEP, 3]}, TypeError, r"operations\[1\]: expected an Operation or a buil"),
        (
            {"operations": [SEP, "conv33"]},
            ValueError,
            "operations: expected .* for images .*, got",
        ),
        (
            {"operations": [SEP, "relu"]},
            ValueError,
            "operations: .* for images .*, got 'relu'. Pass no im",
        ),
        (
            {"operations": ["conv3"], "image_size": None},
            ValueError,
            "operations: expected .* for features .*, got 'conv3'. Pass an image_size",
        ),
        ({"operations": [SEP, SEP]}, ValueError, "operations: expected every label once, got 'se"),
        (
            {"operations": ["conv3", Operation("conv3")]},
            ValueError,
            "operations: expected every label once, got 'conv3' again",
        ),
        (
            {"operations": [SEP, Operation("softmax")]},
            ValueError,
            "operations: expected labels oth",
        ),
        ({"operations": [POOL]}, ValueError, "operations: expected one with units that keeps the"),
        ({"task": "ranking"}, ValueError, "task: expected one of"),
        ({"task": ["regression"]}, ValueError, "task: expected one of"),
        ({"image_size": "8"}, TypeError, "image_size: expected a whole number, got '8'"),
        ({"image_size": 0}, ValueError, "image_size: expected at least 1, got 0"),
        ({"mislabel": 3}, TypeError, "mislabel: expected a mapping"),
        ({"mislabel": {("sep", "sap"): 1}}, ValueError, "mislabel: expected pairs of the labels"),
        ({"mislabel": {("sep", "fc"): -1}}, ValueError, "mislabel: the labels 'sep' and 'fc'"),
        ({"mislabel": np.eye(7)}, ValueError, "mislabel: the labels 'sep' and 'sep': expected 0"),
        ({"mislabel": np.triu(np.ones((7, 7)), 1)}, ValueError, "mislabel: .* in both orders"),
        ({"initial_chains": 3}, TypeError, "initial_chains: expected a sequence of chains, got 3"),
        ({"initial_chains": [3]}, TypeError, r"initial_chains\[0\]: expected a sequence of Layer"),
        (
            {"initial_chains": [[Layer("sep", 8, 1)], [Layer("sap", 8, 1)]]},
            ArchitectureError,
            r"initial_chains\[1\]: expected the layers between .*label: .*, got 'sap'",
        ),
        ({"initial_chains": [[]]}, ArchitectureError, r"initial_chains\[0\]: expected the layers"),
        (
            {"initial_chains": [[Layer("pool")]]},
            ArchitectureError,
            r"initial_chains\[0\]: expected the layers .* children of 'ip'",
        ),
        (
            {"initial_chains": [[Layer("sep", 8)]]},
            ArchitectureError,
            r"initial_chains\[0\]: expected the layers .*stride: .*, got None",
        ),
        (
            {"operations": [Operation("own", mass=lambda channels_in, units: nan)]},
            ValueError,
            "operation 'own', mass of 1 channels in and 64 units: expected a finite mass",
        ),
        (
            {"max_parameters": 1000, "inputs": 1, "outputs": 10},
            TypeError,
            "operation 'sep', module: expected a function",
        ),
        ({"max_layers": 5, "max_mass": 300}, ValueError, "GraphSpace: found no chain of layers"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        space(**arguments)


# --- Equality and pickling


def test_equal_spaces() -> None:
    one, other = space(mislabel={("sep", "fc"): 0.5}), space(mislabel={("fc", "sep"): 0.5})
    matrix = np.array(one.mislabel)
    assert one == other == space(mislabel=matrix) == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(other) == hash(space(mislabel=matrix))
    assert replace(one, max_layers=10) == space(mislabel=matrix, max_layers=10)


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_layers": 13},
        {"mislabel": {("sep", "fc"): 0.4}},
        {"operations": [SEP, *LAYERS["mixed"][:0:-1]]},
        {"operations": [Operation("sep", "fc", strides=(1, 2)), *LAYERS["mixed"][1:]]},
    ],
)
def test_different_spaces(arguments: dict[str, Any]) -> None:
    assert space(**arguments) != space()


def in_new_process(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def test_pickled_space_registers_its_kind_in_a_new_process(tmp_path: Path) -> None:
    path = tmp_path / "space"
    path.write_bytes(pickle.dumps(SPACES["mixed"]))
    code = """if True:
        import pickle, sys
        from optuna_nasbot import Architecture
        space = pickle.load(open(sys.argv[1], "rb"))
        stored = space.initial_pool[0].to_dict()
        print(Architecture.from_dict(stored) in space)
    """
    assert in_new_process(code, str(path)) == "True"


def test_kind_is_unknown_in_a_process_without_the_space(tmp_path: Path) -> None:
    path = tmp_path / "architecture"
    path.write_bytes(pickle.dumps(SPACES["mixed"].initial_pool[0]))
    code = """if True:
        import pickle, sys
        from optuna_nasbot import ArchitectureError
        network = pickle.load(open(sys.argv[1], "rb"))
        for read in (lambda: network.operations, lambda: network.from_dict(network.to_dict())):
            try:
                read()
            except ArchitectureError as error:
                print(error)
    """
    messages = in_new_process(code, str(path)).splitlines()
    assert len(messages) == 2
    assert all("got 'test-mixed'. A kind of your own is known in a" in text for text in messages)


# --- The same kind again


def depth(trial: optuna.Trial, space: GraphSpace) -> float:
    return float(len(suggest_architecture(trial, "net", space).layers))


def test_later_space_of_a_kind_takes_the_place_of_an_earlier_one() -> None:
    old = space(kind="test-again")
    study = optuna.create_study(sampler=NASBOTSampler(seed=0, n_startup_trials=2))
    study.optimize(lambda trial: depth(trial, old), n_trials=3)
    new = space(kind="test-again", operations=["conv3", "avg-pool", ATTENTION])
    with pytest.warns(UserWarning, match="is left out of the model: .*, got '(sep|pool)'"):
        study.optimize(lambda trial: depth(trial, new), n_trials=4)
    assert all(get_architecture(trial, "net") in new for trial in study.trials[3:])
    with pytest.raises(ArchitectureError, match=r"^kind: expected a space of kind 'test-again' "):
        suggest_architecture(study.ask(), "net", old)


# --- Search


@each_space
@pytest.mark.parametrize("sampler", [NASBOTSampler, EvolutionSampler])
def test_search(space: GraphSpace, sampler: Any) -> None:
    study = optuna.create_study(sampler=sampler(seed=0))
    study.optimize(lambda trial: depth(trial, space), n_trials=25)
    networks = [get_architecture(trial, "net") for trial in study.trials]
    assert all(network in space for network in networks)
    assert len({network.canonical_hash() for network in networks}) == 25


@each_space
def test_every_edit_stays_within_the_space(space: GraphSpace) -> None:
    rng = np.random.default_rng(0)
    for network in space.initial_pool:
        neighbours = one_edit_neighbours(Candidate(network), space, rng)
        assert neighbours
        assert all(neighbour.network in space for neighbour in neighbours)


def test_stored_study_is_read_in_a_new_process(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    made = {"kind": "test-stored", "operations": ["conv3", ATTENTION], "image_size": 8}
    space = GraphSpace(**made)
    study = optuna.create_study(study_name="study", storage=storage)
    study.optimize(lambda trial: depth(trial, space), n_trials=3)
    code = """if True:
        import sys
        import optuna
        from optuna_nasbot import *
        study = optuna.load_study(study_name="study", storage=sys.argv[1])
        try:
            best_architecture(study, "net")
        except ArchitectureError as error:
            print(error)
        attention = Operation("attention", mass=5.0, has_units=False)
        GraphSpace(kind="test-stored", operations=["conv3", attention], image_size=8)
        print(best_architecture(study, "net").canonical_hash())
    """
    error, found = in_new_process(code, storage).splitlines()
    assert "got 'test-stored'. A kind of your own is known in a process once its space" in error
    assert found == best_architecture(study, "net").canonical_hash()
