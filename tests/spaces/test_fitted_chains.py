from __future__ import annotations

from typing import Any

import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot import count_parameters
from optuna_nasbot import network_cost
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.chain import chained
from optuna_nasbot.architecture.validation import MAX_UNITS
from optuna_nasbot.spaces import fitted_chains
from optuna_nasbot.spaces.fitted_chains import fitted_sizes
from optuna_nasbot.spaces.limits import MAX_LAYERS


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Architecture]:
    """The networks that were built."""
    networks: list[Architecture] = []

    def recorded(*arguments: Any) -> Architecture:
        networks.append(Architecture(*arguments))
        return networks[-1]

    monkeypatch.setattr(fitted_chains, "Architecture", recorded)
    return networks


@pytest.mark.parametrize("space", [CNNSpace, MLPSpace])
@pytest.mark.parametrize(
    "limits",
    [
        {"min_mass": 1e12},
        {"min_mass": 1e12, "max_edges": 10**9},
        {"min_mass": 1e8, "max_mass": 1e8, "max_edges": 10**9},
        {"max_mass": 1},
    ],
)
def test_impossible_limits_are_soon_given_up(
    space: type, limits: dict[str, Any], built: list[Architecture]
) -> None:
    with pytest.raises(ValueError, match="found no chain of layers within these limits"):
        space(max_layers=10**9, **limits)
    n_layers = sum(len(network.layers) for network in built)
    assert n_layers < 6 * 12 * MAX_LAYERS  # a few networks for each of at most 12 chains


@pytest.mark.parametrize("make", [CNNSpace, MLPSpace])
@pytest.mark.parametrize("limits", [{"max_mass": 100_000}, {"min_mass": 4e6}], ids=str)
def test_width_changes_first_and_no_more_than_needed(make: type, limits: dict[str, Any]) -> None:
    space, (limit,) = make(**limits), limits.values()
    for chain, usual in zip(space.reference_chains(), make().initial_pool, strict=False):
        fitted, *smaller = fitted_sizes(chain, space.operation_set, space)
        assert len(fitted.layers) == len(usual.layers)
        if usual in space:
            assert fitted == usual
        else:
            assert total_mass(fitted) == pytest.approx(limit, rel=0.1)
        assert bool(smaller) == (total_mass(usual) > limit and "max_mass" in limits)


SIZES = {"inputs": 64, "outputs": 10}


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({"max_mass": 100_000}, total_mass),
        ({"max_parameters": 50_000, **SIZES}, lambda each: count_parameters(each, **SIZES)),
        (
            {"max_multiply_adds": 50_000, **SIZES},
            lambda each: network_cost(each, **SIZES).multiply_adds,
        ),
    ],
    ids=["max_mass", "max_parameters", "max_multiply_adds"],
)
def test_a_start_under_a_bound_on_size_covers_sizes(limits: dict[str, Any], size: Any) -> None:
    most, *_ = limits.values()
    shares = sorted(size(each) / most for each in MLPSpace(**limits).initial_pool)
    for share in (1, 1 / 2, 1 / 4, 1 / 8):
        assert sum(share / 1.3 < each < share * 1.3 for each in shares) >= 2


def test_smaller_networks_keep_to_the_least_size() -> None:
    pool = MLPSpace(max_mass=100_000, min_mass=30_000, min_units=16).initial_pool
    masses = sorted(map(total_mass, pool))
    assert 30_000 <= masses[0] < 35_000
    assert 90_000 < masses[-1] <= 100_000


def test_chains_that_fit_are_no_narrower_though_there_are_bounds_on_size() -> None:
    assert CNNSpace(max_mass=1e9).initial_pool == CNNSpace().initial_pool
    assert MLPSpace(max_parameters=10**9, **SIZES).initial_pool == MLPSpace().initial_pool


@pytest.mark.parametrize("space", [CNNSpace, MLPSpace])
def test_depth_changes_where_no_width_is_enough(space: type) -> None:
    usual = space().initial_pool
    shallower = space(max_mass=20_000, min_units=40).initial_pool
    deeper = space(min_mass=25e6).initial_pool
    depths = [[len(network.layers) for network in pool] for pool in (shallower, usual, deeper)]
    assert max(depths[0]) < max(depths[1])
    assert min(depths[2]) > min(depths[1])
    widest = max(layer.units or 0 for network in deeper for layer in network.layers)
    narrowest = min(layer.units or 40 for network in shallower for layer in network.layers)
    assert (narrowest, widest) == (40, 1024)


def test_images_are_halved_early_where_no_width_and_depth_keeps_to_multiply_adds() -> None:
    bounds: dict[str, int] = {"image_size": 224, "inputs": 3, "outputs": 10}
    roomy = CNNSpace(max_multiply_adds=100_000_000, **bounds).initial_pool
    assert {network.layers[1].stride for network in roomy} == {1}
    # A first layer of 8 filters of 3 x 3 that keeps the image makes 10.8 million.
    tight = CNNSpace(max_multiply_adds=10_000_000, **bounds).initial_pool
    assert {network.layers[1].stride for network in tight} == {2}


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_the_longest_chains_can_be_stored(kind: str) -> None:
    operations = operations_of(kind)
    widest = [
        Layer(label, MAX_UNITS, 1 if operation.strides else None)
        for label, operation in operations.by_label.items()
        if operation.has_units
    ]
    for layer in widest:
        network = Architecture(*chained((widest[0], *[layer] * (MAX_LAYERS - 4)), operations))
        assert len(network.layers) == MAX_LAYERS
        assert len(network.to_dict()["layers"]) == MAX_LAYERS


@pytest.mark.parametrize("space", [CNNSpace, MLPSpace])
def test_the_deepest_networks_are_found(space: type) -> None:
    pool = space(min_layers=MAX_LAYERS, max_layers=10**9, max_edges=10**9).initial_pool
    assert {len(network.layers) for network in pool} == {MAX_LAYERS}
    with pytest.raises(ValueError, match=f"^min_layers: expected at most {MAX_LAYERS}, got 901"):
        space(min_layers=901, max_layers=10**9)
