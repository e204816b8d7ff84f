"""A user's own hard limit."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
import pytest
import torch

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import GraphSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import Operation
from optuna_nasbot import suggest_architecture
from optuna_nasbot import total_mass
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate

CELL_OPERATIONS = [Operation("a"), Operation("b"), Operation("skip")]
MAKERS = {
    "mlp": MLPSpace,
    "cnn": lambda **limits: CNNSpace(image_size=8, **limits),
    "graph": lambda **limits: GraphSpace(
        kind="test-accepts", operations=["relu", "tanh"], **limits
    ),
    "vertices": lambda **limits: CellSpace(
        kind="test-accepts-vertices", operations=CELL_OPERATIONS, **limits
    ),
    "edges": lambda **limits: CellSpace(
        kind="test-accepts-edges",
        operations=CELL_OPERATIONS,
        operations_on="edges",
        max_vertices=4,
        skip="skip",
        **limits,
    ),
}


def is_light(network: Architecture) -> bool:
    return total_mass(network) < 100_000


def is_heavy(network: Architecture) -> bool:
    return total_mass(network) > 4_000_000


def has_even_depth(network: Architecture) -> bool:
    return len(network.layers) % 2 == 0


def is_narrow(network: Architecture) -> np.bool_:
    return np.max([layer.units or 0 for layer in network.layers]) <= 40


@pytest.mark.parametrize(
    ("kind", "accepts"),
    [
        *((kind, each) for kind in ("mlp", "cnn") for each in (is_light, is_heavy, is_narrow)),
        ("mlp", has_even_depth),
        ("graph", is_narrow),
        ("vertices", has_even_depth),
        ("edges", has_even_depth),
    ],
)
def test_networks_keep_to_it(kind: str, accepts: Any) -> None:
    space, rng = MAKERS[kind](accepts=accepts), np.random.default_rng(0)
    assert len(space.initial_pool) > 3
    edited = [mutate(Candidate(each), space, rng).network for each in space.initial_pool]
    for network in (*space.initial_pool, *edited):
        assert accepts(network)
        assert network in space
    outside = next(each for each in MAKERS[kind]().initial_pool if not accepts(each))
    assert outside not in space
    with pytest.raises(
        ArchitectureError,
        match=r"^architecture: expected accepts=True, but the network has False",
    ):
        space.check(outside)


@pytest.mark.parametrize("kind", ["mlp", "cnn", "vertices", "edges"])
def test_a_function_that_accepts_all_changes_nothing(kind: str) -> None:
    space = MAKERS[kind](accepts=lambda network: True)
    assert space.initial_pool == MAKERS[kind]().initial_pool


def test_it_is_asked_of_networks_that_keep_all_other_limits_only() -> None:
    asked: list[Architecture] = []
    limits = {"max_layers": 12, "max_units": 100, "max_mass": 50_000}

    def accepts(network: Architecture) -> bool:
        asked.append(network)
        return len(asked) > 3

    space, usual = MLPSpace(accepts=accepts, **limits), MLPSpace(**limits)
    assert len(asked) > 3
    assert all(network in usual for network in asked)
    asked.clear()
    assert MLPSpace(min_layers=30).initial_pool[0] not in space
    assert asked == []


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("mlp", "MLPSpace: found no chain of layers within these limits: accepts gave False for"),
        ("cnn", "CNNSpace: found no chain of layers within these limits: accepts gave False for"),
        ("vertices", "accepts: expected a function that accepts some cells, but it gave False"),
        ("edges", "accepts: expected a function that accepts some cells, but it gave False"),
    ],
)
def test_one_that_accepts_nothing_is_refused(kind: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        MAKERS[kind](accepts=lambda network: False)


def test_impossible_bounds_are_told_before_it() -> None:
    with pytest.raises(ValueError, match="the smallest network found breaks max_layers=2"):
        MLPSpace(min_layers=1, max_layers=2, accepts=lambda network: False)


@pytest.mark.parametrize("kind", list(MAKERS))
@pytest.mark.parametrize("given", [None, 1, 0.5, "yes", np.ones(2)], ids=str)
def test_other_answers_are_refused(kind: str, given: Any) -> None:
    with pytest.raises(TypeError, match=r"^accepts: expected .* True or False, got .* for the "):
        MAKERS[kind](accepts=lambda network: given)


@pytest.mark.parametrize("true", [True, np.True_, torch.tensor(True)])
def test_truth_values_of_numpy_and_pytorch(true: Any) -> None:
    assert MLPSpace(accepts=lambda network: true) != MLPSpace()


@pytest.mark.parametrize("kind", list(MAKERS))
def test_what_it_raises_is_told_with_the_network(kind: str) -> None:
    def accepts(network: Architecture) -> bool:
        return {}[network.layers[1].label]

    with pytest.raises(RuntimeError) as raised:
        MAKERS[kind](accepts=accepts)
    message, cause = str(raised.value), raised.value.__cause__
    assert isinstance(cause, KeyError)
    assert "expected the function to return True or False, but it raised KeyError" in message
    assert "with the layers ip, " in message
    assert "and the edges 0-1" in message


@dataclass
class Mutable:
    most: int

    def __call__(self, network: Architecture) -> bool:
        return len(network.layers) <= self.most


@dataclass(frozen=True)
class Shallow:
    most: int

    def __call__(self, network: Architecture) -> bool:
        return len(network.layers) <= self.most


@pytest.mark.parametrize("kind", list(MAKERS))
@pytest.mark.parametrize("given", [True, "small", Mutable(9)])
def test_what_is_no_function_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(TypeError, match=r"^accepts: expected a function that "):
        MAKERS[kind](accepts=given)


@pytest.mark.parametrize("kind", ["mlp", "cnn", "vertices"])
def test_spaces_are_compared_by_it(kind: str) -> None:
    make = MAKERS[kind]
    space = make(accepts=Shallow(6))
    assert space == make(accepts=Shallow(6)) == pickle.loads(pickle.dumps(space))
    assert hash(space) == hash(make(accepts=Shallow(6)))
    assert space not in (make(), make(accepts=Shallow(7)))


@pytest.mark.parametrize("sampler", [NASBOTSampler, EvolutionSampler])
@pytest.mark.parametrize("kind", ["mlp", "edges"])
def test_samplers_keep_to_it(sampler: Any, kind: str) -> None:
    accepts = is_narrow if kind == "mlp" else has_even_depth
    space = MAKERS[kind](accepts=accepts)
    study = optuna.create_study(sampler=sampler(seed=0))

    def objective(trial: optuna.Trial) -> float:
        network = suggest_architecture(trial, "net", space)
        assert accepts(network)
        return total_mass(network)

    study.optimize(objective, n_trials=8)
