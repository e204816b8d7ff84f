from __future__ import annotations

import pytest

from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot.spaces.fitted_chains import Chain
from optuna_nasbot.spaces.mixed_chains import mixed_chains

SEP = Operation("sep", strides=(1, 2))
ATTENTION = Operation("attention", has_units=False)
POOLS = [Operation(label, has_units=False, image="halve") for label in ("max", "mean")]
DENSE = Operation("dense", image="flatten")


def chains(*operations: Operation | str, image_size: int | None = 32) -> list[Chain]:
    space = GraphSpace(kind="test-mixed", operations=operations, image_size=image_size)
    return mixed_chains(space.operation_set)


def text(chain: Chain) -> str:
    return " ".join(map(str, chain))


def test_layers_take_turns_in_blocks_that_pools_end() -> None:
    assert list(map(text, chains(SEP, "conv3", *POOLS, DENSE)[:4])) == [
        "sep-64 max conv3-128 mean sep-256 max dense-256",
        "conv3-64 max sep-128 mean conv3-256 max dense-256",
        "sep-64 conv3-64 max sep-128 conv3-128 mean sep-256 conv3-256 max dense-256",
        "conv3-64 sep-64 max conv3-128 sep-128 mean conv3-256 sep-256 max dense-256",
    ]


def test_layers_without_units_are_not_first_on_images() -> None:
    assert [text(chain[:2]) for chain in chains(ATTENTION, SEP)] == ["sep-64 attention"] * 3
    assert text(chains(ATTENTION, image_size=None)[0]) == "attention attention attention"


@pytest.mark.parametrize("operations", [[SEP], [SEP, DENSE], [SEP, *POOLS], [SEP, ATTENTION]])
def test_sets_without_pools_or_without_a_layer_that_flattens(operations) -> None:
    labels = {layer.label for chain in chains(*operations) for layer in chain}
    assert labels == {operation.label for operation in operations}


def test_every_layer_of_features_can_be_first() -> None:
    own = Operation("gelu", image="flatten")
    found = chains(own, "relu", Operation("norm", has_units=False), image_size=None)
    assert [text(chain) for chain in found[:3]] == [
        "gelu-64 relu-128 norm",
        "relu-64 norm gelu-256",
        "norm gelu-128 relu-256",
    ]


@pytest.mark.parametrize("operations", [[ATTENTION], POOLS, [DENSE], [*POOLS, DENSE, ATTENTION]])
def test_some_layer_has_to_follow_the_input(operations) -> None:
    message = "^operations: expected one with units that keeps the size of an image, .* got "
    with pytest.raises(ValueError, match=message):
        chains(*operations)
