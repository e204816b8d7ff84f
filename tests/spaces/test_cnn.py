from __future__ import annotations

import pytest

from optuna_nasbot import CNNSpace
from optuna_nasbot.architecture.image_size import inverse_image_sizes


def halvings(network) -> int:
    _, after = inverse_image_sizes(network.layers, network.parents, network.operations)
    return max(size for size in after if size is not None).bit_length() - 1


@pytest.mark.parametrize(
    ("image_size", "expected"),
    [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (28, 5), (32, 5), (33, 6), (224, 8)],
)
def test_images_are_halved_until_a_pixel_is_left(image_size: int, expected: int) -> None:
    space = CNNSpace(image_size=image_size)
    assert space.max_halvings == expected
    assert max(halvings(network) for network in space.initial_pool) <= expected
    assert all(network in space for network in space.initial_pool)


def test_halvings_can_be_given() -> None:
    for allowed in (0, 1, 3, 10):
        space = CNNSpace(image_size=32, max_halvings=allowed)
        assert space.max_halvings == allowed
        assert max(halvings(network) for network in space.initial_pool) == min(allowed, 6)


@pytest.mark.parametrize("value", [None, "32", 32.0, True, [32]])
def test_image_size_is_a_whole_number(value: object) -> None:
    with pytest.raises(TypeError, match=r"^image_size: expected a whole number, got "):
        CNNSpace(image_size=value)


def test_image_size_is_positive() -> None:
    with pytest.raises(ValueError, match=r"^image_size: expected at least 1, got 0"):
        CNNSpace(image_size=0)


def test_small_images_keep_their_layers_but_not_their_pools() -> None:
    for network in CNNSpace(image_size=1).initial_pool:
        assert not any("pool" in layer.label or layer.stride == 2 for layer in network.layers)
    deep = CNNSpace(image_size=1, min_layers=40, max_layers=40)
    assert {len(network.layers) for network in deep.initial_pool} == {40}


def test_the_branched_network_is_left_out_where_it_breaks_a_limit() -> None:
    def has_branches(space: CNNSpace) -> bool:
        return any(len(network.children[1]) == 3 for network in space.initial_pool)

    assert has_branches(CNNSpace())
    assert not has_branches(CNNSpace(max_out_degree=2))
    assert not has_branches(CNNSpace(max_layers=14))
