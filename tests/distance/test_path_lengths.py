from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.kinds import cnn_operations
from optuna_nasbot.distance.path_lengths import ENDS
from optuna_nasbot.distance.path_lengths import TYPES
from optuna_nasbot.distance.path_lengths import path_length_groups
from optuna_nasbot.distance.path_lengths import path_lengths
from optuna_nasbot.distance.path_lengths import path_lengths_through


@pytest.mark.parametrize("kind", ["cnn", "mlp-reg", "mlp-class"])
def test_golden_path_lengths(kind, golden):
    groups = path_length_groups(operations_of(kind))
    for network in golden(f"networks_{kind}")["networks"]:
        document = {name: network[name] for name in ("kind", "layers", "edges")}
        lengths = path_lengths(Architecture.from_dict(document))
        assert lengths.shape == (len(network["layers"]), 2, 3, len(groups))
        for e, end in enumerate(ENDS):
            expected = network["expected"][f"to_{end}"]
            assert expected.keys() == {f"{group}-{kind_}" for group in groups for kind_ in TYPES}
            for t, type_ in enumerate(TYPES):
                for g, group in enumerate(groups):
                    np.testing.assert_allclose(
                        lengths[:, e, t, g], expected[f"{group}-{type_}"], rtol=1e-9, atol=1e-12
                    )


def test_random_walk_takes_each_branch_with_equal_probability():
    # ip -> relu -> tanh -> relu -> linear -> op, and ip -> linear
    layers = [Layer("ip"), Layer("relu", 8), Layer("tanh", 8), Layer("relu", 8)]
    layers += [Layer("linear"), Layer("op")]
    edges = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (4, 5))
    to_input, to_output = path_lengths(Architecture(tuple(layers), edges, "mlp-reg"))[
        [4, 0], [0, 1]
    ]
    # columns: all, rectifier, sigmoid; from `linear` over three hidden layers and `linear` itself
    np.testing.assert_array_equal(to_input, [[1, 0, 0], [4, 2, 1], [2.5, 1, 0.5]])
    # from `ip`, which counts itself
    np.testing.assert_array_equal(to_output, [[2, 0, 0], [5, 2, 1], [3.5, 1, 0.5]])


def test_larger_operation_set_of_the_same_groups_changes_nothing(golden):
    network = golden("networks_cnn")["networks"][5]
    document = {name: network[name] for name in ("kind", "layers", "edges")}
    architecture = Architecture.from_dict(document)
    np.testing.assert_array_equal(
        path_lengths(architecture), path_lengths(architecture, cnn_operations(9))
    )


@pytest.mark.parametrize("kind", ["cnn", "mlp-class"])
def test_paths_through_a_network_are_those_of_the_input_layer_to_the_output(kind, golden):
    for network in golden(f"networks_{kind}")["networks"]:
        document = {name: network[name] for name in ("kind", "layers", "edges")}
        architecture = Architecture.from_dict(document)
        to_output = path_lengths(architecture)[0, ENDS.index("output")]
        np.testing.assert_array_equal(path_lengths_through(architecture), to_output)
