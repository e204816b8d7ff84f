from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.kinds import cnn_operations
from optuna_nasbot.distance import features
from optuna_nasbot.distance.costs import matching_costs
from optuna_nasbot.distance.features import network_features

MLP = operations_of("mlp-reg")
COMPONENT = matching_costs(MLP, (0.1,), 1.0, 1.0).component


def chain(*units: int) -> Architecture:
    hidden = [Layer("relu", width) for width in units]
    layers = (Layer("ip"), *hidden, Layer("linear"), Layer("op"))
    edges = tuple((i, i + 1) for i in range(len(layers) - 1))
    return Architecture(layers, edges, "mlp-reg")


def test_layers_are_ordered_by_component():
    found = network_features(chain(8, 16), MLP, COMPONENT)
    assert found.total_mass == 8 + 8 * 16 + 3 * 100
    assert found.offsets[-1] == len(found.masses) == 5
    masses_of = {
        MLP.labels[found.labels[start]]: found.masses[start:end].tolist()
        for start, end in zip(found.offsets[:-1], found.offsets[1:], strict=True)
    }
    assert masses_of == {"ip": [100], "op": [100], "linear": [100], "relu": [128, 8]}
    np.testing.assert_array_equal(np.diff(COMPONENT[found.labels]) >= 0, True)


def test_layers_of_a_component_go_from_heavy_to_light():
    found = network_features(chain(8, 16, 1, 4), MLP, COMPONENT)
    relu = slice(*found.offsets[COMPONENT[MLP.label_index["relu"]] :][:2])
    np.testing.assert_array_equal(found.masses[relu], [128, 16, 8, 4])
    # The number of layers on the way to the input, itself counted.
    np.testing.assert_array_equal(found.path_lengths[relu, 0], [2, 3, 1, 4])


def test_layers_without_mass_are_left_out(monkeypatch):
    masses = (100.0, 0.0, 0.5, 100.0, 100.0)
    monkeypatch.setattr(features, "masses_of", lambda *arguments: masses)
    found = network_features(chain(8, 16), MLP, COMPONENT)
    assert sorted(found.masses) == [0.5, 100.0, 100.0, 100.0]
    assert found.offsets[-1] == 4
    assert found.path_lengths.shape == (4, 18)


def test_masses_are_those_of_the_operations_that_the_distance_has():
    heavier = tuple(dataclasses.replace(each, mass=7.0) for each in MLP.operations)
    operations = dataclasses.replace(MLP, operations=heavier)
    assert network_features(chain(8, 16), operations, COMPONENT).total_mass == 2 * 7 + 3 * 100


def test_path_lengths_count_the_groups_of_the_operations_that_the_distance_has():
    alone = tuple(dataclasses.replace(each, group=each.label) for each in MLP.operations)
    operations = dataclasses.replace(MLP, operations=alone)
    found = network_features(chain(8, 16), operations, COMPONENT)
    n_groups = 1 + len({each.label for each in alone})
    assert found.path_lengths.shape == (5, 2 * 3 * n_groups)


def test_label_unknown_to_the_distance_is_refused():
    small = cnn_operations(3)
    hidden = Layer("conv7", 8, 1), Layer("conv5", 8, 1)
    layers = (Layer("ip"), *hidden, Layer("softmax"), Layer("op"))
    architecture = Architecture(layers, ((0, 1), (1, 2), (2, 3), (3, 4)), "cnn")
    component = matching_costs(small, (0.1,), 1.0, 1.0).component
    with pytest.raises(ArchitectureError, match=r"ip, op, .*, got conv5, conv7\.$"):
        network_features(architecture, small, component)


def test_features_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        network_features(chain(8), MLP, COMPONENT).total_mass = 1.0
