from __future__ import annotations

import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture.image_size import inverse_image_sizes


def test_golden_image_sizes(golden, architectures) -> None:
    for network in golden("networks_cnn")["networks"]:
        architecture = architectures("cnn")[network["id"]]
        before, after = inverse_image_sizes(
            architecture.layers, architecture.parents, architecture.operations
        )
        expected = network["expected"]
        for sizes, golden_sizes in (
            (before, expected["inv_image_size_before"]),
            (after, expected["inv_image_size_after"]),
        ):
            assert ["x" if size is None else size for size in sizes] == golden_sizes, network["id"]


def test_pools_and_strides_halve_dense_layers_flatten() -> None:
    layers = (
        Layer("ip"),
        Layer("conv3", 8, 2),
        Layer("max-pool"),
        Layer("res3", 8, 1),
        Layer("fc", 8),
        Layer("softmax"),
        Layer("op"),
    )
    architecture = Architecture(layers, tuple((i, i + 1) for i in range(6)), "cnn")
    before, after = inverse_image_sizes(
        architecture.layers, architecture.parents, architecture.operations
    )
    assert before == (1, 1, 2, 4, 4, None, None)
    assert after == (1, 2, 4, 4, None, None, None)


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (
            [Layer("conv3", 8, 1), Layer("fc", 8), Layer("conv5", 8, 1)],
            r"layers\[3\] \('conv5-8'\): expected an image, got the output of a layer that flat",
        ),
        (
            [Layer("conv3", 8, 1), Layer("fc", 8), Layer("max-pool")],
            r"layers\[3\] \('max-pool'\): expected an image",
        ),
        (
            [Layer("avg-pool"), Layer("conv3", 8, 1)],
            r"layers\[1\] \('avg-pool'\): expected the children of 'ip' to be convolutions",
        ),
        ([Layer("fc", 8)], r"layers\[1\] \('fc-8'\): expected the children of 'ip'"),
        ([], r"layers\[1\] \('softmax'\): expected the children of 'ip'"),
    ],
)
def test_chains_without_a_fitting_image(hidden: list[Layer], message: str) -> None:
    layers = (Layer("ip"), *hidden, Layer("softmax"), Layer("op"))
    edges = tuple((i, i + 1) for i in range(len(layers) - 1))
    with pytest.raises(ArchitectureError, match=message):
        Architecture(layers, edges, "cnn")


def test_the_sizes_that_disagree_are_named() -> None:
    layers = (
        Layer("ip"),
        Layer("conv3", 8, 1),
        Layer("conv3", 8, 2),
        Layer("conv5", 8, 1),
        Layer("softmax"),
        Layer("op"),
    )
    edges = ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 5))
    with pytest.raises(
        ArchitectureError,
        match=r"layers\[3\] \('conv5-8'\): .* one size, got layer 1: 1/1, layer 2: 1/2\.$",
    ):
        Architecture(layers, edges, "cnn")


def test_sizes_too_long_to_print_are_named() -> None:
    n = 15_000  # 2^15,000 has more digits than Python prints
    layers = (Layer("ip"), Layer("conv3", 8, 1), *[Layer("max-pool")] * n)
    chain = [(i, i + 1) for i in range(n + 3)]
    with pytest.raises(ArchitectureError, match="parents with images of one size") as refused:
        Architecture((*layers, Layer("softmax"), Layer("op")), (*chain, (1, n + 1)), "cnn")
    assert "layer 1: 1/1, layer 15000: 1/a huge int." in str(refused.value)
