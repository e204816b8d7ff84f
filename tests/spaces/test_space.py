from __future__ import annotations

import pickle
from copy import deepcopy
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import network_cost
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.edits import EDITS
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace

SPACES = {
    "cnn": lambda **limits: CNNSpace(**limits),
    "mlp-reg": lambda **limits: MLPSpace(**limits),
    "mlp-class": lambda **limits: MLPSpace(task="classification", **limits),
}
KINDS = tuple(SPACES)


@pytest.mark.parametrize(
    ("kind", "others"),
    [
        ("cnn", {"image_size": 1 << 20}),
        ("mlp-reg", {}),
        ("mlp-class", {}),
    ],
)
def test_initial_pool_is_the_reference_s(architectures, kind: str, others: dict[str, Any]) -> None:
    golden_pool = {id_: network for id_, network in architectures(kind).items() if "-init-" in id_}
    pool = SPACES[kind](**others).initial_pool
    assert [network.canonical_hash() for network in pool] == [
        golden_pool[id_].canonical_hash() for id_ in sorted(golden_pool)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_default_pool_is_within_the_default_limits(kind: str) -> None:
    space = SPACES[kind]()
    assert space.operation_set.kind == kind
    assert len(space.initial_pool) >= 10
    assert all(network in space for network in space.initial_pool)
    assert len({network.canonical_hash() for network in space.initial_pool}) == len(
        space.initial_pool
    )


@st.composite
def random_limits(draw: st.DrawFn) -> dict[str, Any]:
    """Limits that some network meets, from tiny to huge."""
    min_layers = draw(st.integers(4, 40))
    max_layers = min_layers + draw(st.integers(0, 30))
    min_units = draw(st.integers(1, 200))
    return {
        "min_layers": min_layers,
        "max_layers": max_layers,
        "min_units": min_units,
        "max_units": min_units + draw(st.integers(0, 800)),
        "max_edges": max_layers - 1 + draw(st.integers(0, 20)),
        "max_in_degree": draw(st.integers(1, 4)),
        "max_out_degree": draw(st.integers(1, 4)),
    }


@settings(max_examples=40)
@given(random_limits(), st.sampled_from(KINDS), st.integers(1, 70))
def test_every_network_of_a_fitted_pool_is_within_random_limits(
    limits: dict[str, Any], kind: str, image_size: int
) -> None:
    space = SPACES[kind](**limits, **({"image_size": image_size} if kind == "cnn" else {}))
    assert space.initial_pool
    for network in space.initial_pool:
        assert network in space
        space.check(network)
        units = [layer.units for layer in network.layers if layer.units is not None]
        assert limits["min_layers"] <= len(network.layers) <= limits["max_layers"]
        assert all(limits["min_units"] <= width <= limits["max_units"] for width in units)


@settings(max_examples=20)
@given(
    st.sets(st.integers(8, 1024), min_size=1, max_size=6),
    st.sampled_from(KINDS),
    st.integers(0, 1000),
)
def test_networks_keep_to_listed_widths(widths: set[int], kind: str, seed: int) -> None:
    space, rng = SPACES[kind](units=sorted(widths)), np.random.default_rng(seed)
    edited = [mutate(Candidate(each), space, rng).network for each in space.initial_pool]
    for network in (*space.initial_pool, *edited):
        assert network in space
        assert {each.units for each in network.layers if each.units is not None} <= widths


@pytest.mark.parametrize("kind", ["mlp-reg", "mlp-class"])
def test_initial_networks_get_the_nearest_listed_widths(kind: str) -> None:
    nearest = {64: 60, 128: 60, 256: 300, 512: 500, None: None}
    usual, listed = SPACES[kind]().initial_pool, SPACES[kind](units=(60, 300, 500)).initial_pool
    for network, fitted in zip(usual, listed, strict=True):
        assert [layer.units for layer in fitted.layers] == [
            nearest[layer.units] for layer in network.layers
        ]


@settings(max_examples=10)
@given(st.floats(6.0, 17.0), st.floats(1.15, 3.0), st.sampled_from(KINDS))
def test_windows_of_mass_are_met(log_mass: float, ratio: float, kind: str) -> None:
    least = 2.718281828**log_mass
    space = SPACES[kind](min_mass=least, max_mass=least * ratio)
    assert all(network in space for network in space.initial_pool)


@pytest.mark.parametrize("kind", KINDS)
def test_small_budgets_of_parameters_are_met(kind: str) -> None:
    for most in (1_000, 10_000, 100_000):
        space = SPACES[kind](max_parameters=most, inputs=3, outputs=10)
        assert all(network in space for network in space.initial_pool)


@pytest.mark.parametrize("kind", KINDS)
def test_small_budgets_of_multiply_adds_are_kept(kind: str) -> None:
    others, rng = ({"image_size": 33} if kind == "cnn" else {}), np.random.default_rng(0)
    sizes: dict[str, Any] = {"inputs": 3, "outputs": 10}
    for most in (100_000, 1_000_000):
        space = SPACES[kind](max_multiply_adds=most, **sizes, **others)
        edited = [mutate(Candidate(each), space, rng).network for each in space.initial_pool]
        for network in (*space.initial_pool, *edited):
            assert network_cost(network, **sizes, **others).multiply_adds <= most


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: MLPSpace(min_layers=1, max_layers=2),
            "MLPSpace: found no chain of layers within these limits: the smallest network found "
            "breaks max_layers=2, but the network has 3.",
        ),
        (
            lambda: CNNSpace(min_layers=3, max_layers=3),
            "the smallest network found breaks max_layers=3, but the network has 4.",
        ),
        (
            lambda: MLPSpace(max_layers=10, max_edges=3),
            "the smallest network found breaks max_edges=3, but the network has 4.",
        ),
        (
            lambda: MLPSpace(max_layers=10, max_mass=371),  # 8 + 64 and three times 100
            "the smallest network found breaks max_mass=371, but the network has 372.",
        ),
        (
            lambda: MLPSpace(max_layers=30, min_mass=1e9),
            "the largest network found breaks min_mass=1e+09, but the network has ",
        ),
        (
            lambda: CNNSpace(
                max_layers=6, min_mass=1e6, max_parameters=1000, inputs=3, outputs=10
            ),
            "the smallest network found breaks min_mass=1e+06, but the network has 316; the "
            "largest one breaks max_parameters=1,000, but the network has ",
        ),
        (
            lambda: MLPSpace(min_layers=5, max_layers=5, min_mass=401, max_mass=401.5),
            "the smallest network found breaks min_mass=401, but the network has 372; the largest "
            "one breaks max_mass=401.5, but the network has ",
        ),
        (
            lambda: MLPSpace(max_layers=10, max_parameters=112, inputs=3, outputs=1),
            "the smallest network found breaks max_parameters=112, but the network has 113.",
        ),
        (
            lambda: MLPSpace(max_parameters=1000),
            "max_parameters: expected inputs and outputs of the network as well",
        ),
        (
            lambda: MLPSpace(max_parameters=1000, inputs=3),
            "got inputs=3, outputs=None",
        ),
        (
            lambda: MLPSpace(max_layers=10, max_multiply_adds=95, inputs=3, outputs=1),
            "the smallest network found breaks max_multiply_adds=95, but the network has 96.",
        ),
        (
            lambda: CNNSpace(image_size=8, max_multiply_adds=1000, inputs=1, outputs=2),
            "the smallest network found breaks max_multiply_adds=1,000, but the network has ",
        ),
        (
            lambda: CNNSpace(max_multiply_adds=10**6, outputs=10),
            "max_multiply_adds: expected inputs and outputs of the network as well, since the "
            "number of multiply-adds depends on them, got inputs=None, outputs=10.",
        ),
    ],
)
def test_limits_that_no_network_meets_are_refused_with_the_reason(make, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        make()
    assert message in str(refused.value)


def test_huge_limits_cost_nothing() -> None:
    huge = 10**9
    space = MLPSpace(max_layers=huge, max_edges=huge, max_in_degree=huge, max_out_degree=huge)
    assert len(space.initial_pool) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_check_names_what_is_wrong(architectures, kind: str) -> None:
    space = SPACES[kind](max_layers=6)
    inside, outside = 0, 0
    for network in architectures(kind).values():
        if network in space:
            space.check(network)
            inside += 1
        else:
            outside += 1
            with pytest.raises(ArchitectureError, match=r"^architecture: expected (max|min)_"):
                space.check(network)
    assert inside
    assert outside


def test_check_refuses_other_kinds_and_other_things(architectures) -> None:
    space = MLPSpace()
    classifier = architectures("mlp-class")["mlp-class-init-00"]
    assert classifier not in space
    with pytest.raises(ArchitectureError, match="expected kind 'mlp-reg', got 'mlp-class'"):
        space.check(classifier)
    for thing in (None, "mlp-reg", {"kind": "mlp-reg"}, 3):
        assert thing not in space
        with pytest.raises(ArchitectureError, match="expected an Architecture, got "):
            space.check(thing)


@pytest.mark.parametrize("kind", KINDS)
def test_spaces_are_values(kind: str) -> None:
    make = SPACES[kind]
    space = make(max_layers=20)
    space.initial_pool  # noqa: B018 (it is kept on the space)
    again = pickle.loads(pickle.dumps(space))
    for same in (again, deepcopy(space), make(max_layers=20)):
        assert same == space
        assert hash(same) == hash(space)
        assert same.initial_pool == space.initial_pool
    assert make(max_layers=21) != space
    assert len({space, again, make(max_layers=21)}) == 2
    with pytest.raises(FrozenInstanceError):
        space.max_layers = 30


def test_limits_are_keywords() -> None:
    for space in (MLPSpace, CNNSpace):
        with pytest.raises(TypeError, match="positional"):
            space(20)
        with pytest.raises(TypeError, match="unexpected keyword argument 'max_depth'"):
            space(max_depth=20)


def test_a_space_has_to_name_its_operations() -> None:
    with pytest.raises(TypeError, match="abstract"):
        ArchitectureSpace()


def test_a_space_without_edits_of_its_own_has_the_paper_s() -> None:
    class OnlyChains(ArchitectureSpace):
        operation_set = MLPSpace().operation_set
        initial_pool = MLPSpace().initial_pool

        def violation(self, architecture: object) -> None:
            return None

    assert OnlyChains().edits == MLPSpace().edits == EDITS
