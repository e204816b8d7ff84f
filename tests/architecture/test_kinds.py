from __future__ import annotations

import math

import numpy as np
import pytest

from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.kinds import cnn_operations
from optuna_nasbot.architecture.kinds import filter_size

KINDS = ("cnn", "mlp-reg", "mlp-class")


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_those_of_the_golden_matrices(golden, kind: str) -> None:
    assert set(operations_of(kind).labels) == set(
        golden("label_mismatch")["matrices"][kind]["labels"]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_golden_networks_use_every_label(architectures, kind: str) -> None:
    used = {
        layer.label
        for architecture in architectures(kind).values()
        for layer in architecture.layers
    }
    assert used == set(operations_of(kind).labels)


@pytest.mark.parametrize(
    ("kind", "groups", "decision", "is_image"),
    [
        ("cnn", ("conv", "pool", "fc"), "softmax", True),
        ("cnn-reg", ("conv", "pool", "fc"), "linear", True),
        ("mlp-reg", ("rectifier", "sigmoid"), "linear", False),
        ("mlp-class", ("rectifier", "sigmoid"), "softmax", False),
    ],
)
def test_sets(kind: str, groups: tuple[str, ...], decision: str, is_image: bool) -> None:
    operations = operations_of(kind)
    assert operations.kind == kind
    assert operations.groups == groups
    assert operations.decision == decision
    assert operations.is_image is is_image
    assert operations.labels[:3] == ("ip", "op", decision)
    assert [operations.label_index[label] for label in operations.labels] == list(
        range(len(operations.labels))
    )


@pytest.mark.parametrize(
    ("label", "mass", "has_units", "strides", "image"),
    [
        ("conv3", 12 * 20, True, (1, 2), "keep"),
        ("res7", 12 * 20, True, (1, 2), "keep"),
        ("max-pool", 12, False, (), "halve"),
        ("avg-pool", 12, False, (), "halve"),
        ("fc", 0.1 * 12 * 20, True, (), "flatten"),
    ],
)
def test_image_operations(
    label: str, mass: float, has_units: bool, strides: tuple[int, ...], image: str
) -> None:
    operation = operations_of("cnn").by_label[label]
    assert operation.mass(12, 20) == pytest.approx(mass)
    assert operation.has_units is has_units
    assert operation.strides == strides
    assert operation.image == image


def test_kinds_on_images_differ_in_their_decision_layers_alone() -> None:
    classes, targets = operations_of("cnn"), operations_of("cnn-reg")
    assert targets.operations == classes.operations
    renamed = ["linear" if label == "softmax" else label for label in classes.labels]
    assert list(targets.labels) == renamed
    np.testing.assert_array_equal(targets.mislabel_matrix(2.0), classes.mislabel_matrix(2.0))


def test_activations() -> None:
    for kind in ("mlp-reg", "mlp-class"):
        for label, operation in operations_of(kind).by_label.items():
            assert operation.mass(12, 20) == 240
            assert operation.has_units
            assert operation.strides == ()
            assert operation.group == ("sigmoid" if label in ("logistic", "tanh") else "rectifier")


@pytest.mark.parametrize(
    ("label", "size"),
    [("conv3", 3), ("res7", 7), ("conv11", 11), ("fc", 0), ("max-pool", 0), ("xconv3", 0)],
)
def test_filter_sizes_may_have_two_digits(label: str, size: int) -> None:
    assert filter_size(label) == size


def test_larger_filters() -> None:
    operations = cnn_operations(max_filter=11)
    assert {"conv9", "res11"} < set(operations.labels)
    cost = operations.mislabel_matrix()
    index = operations.label_index
    assert cost[index["conv3"], index["conv11"]] == pytest.approx(math.sqrt(2) / 10 * math.sqrt(8))


@pytest.mark.parametrize("kind", KINDS)
def test_mislabel_costs_are_symmetric_with_a_zero_diagonal(kind: str) -> None:
    cost = operations_of(kind).mislabel_matrix()
    assert np.array_equal(cost, cost.T)
    assert not cost.diagonal().any()
    special = operations_of(kind).labels[:3]
    assert np.isinf(cost[: len(special), len(special) :]).all()
