"""Arguments that the distance refuses."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.distance import OTMANN
from optuna_nasbot.distance import otmann_distance

MLP = OTMANN.for_kind("mlp-reg")


@pytest.mark.parametrize("space", [None, "cnn", SimpleNamespace(operations=("relu",))])
def test_for_space_refuses_what_is_no_space(space):
    with pytest.raises(TypeError, match="space: expected a search space"):
        OTMANN.for_space(space)


def test_for_kind_refuses_an_unknown_kind():
    with pytest.raises(ArchitectureError, match="kind: expected one of"):
        OTMANN.for_kind("rnn")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"operations": "cnn"}, TypeError, "operations: expected an OperationSet, got 'cnn'"),
        ({"struct_coeffs": 0.1}, TypeError, "struct_coeffs: expected a sequence of numbers"),
        ({"struct_coeffs": np.array(0.1)}, TypeError, r"struct_coeffs: .* got array\(0.1\)"),
        ({"struct_coeffs": torch.tensor(0.1)}, TypeError, "struct_coeffs: expected a sequence"),
        ({"struct_coeffs": b"ab"}, TypeError, "struct_coeffs: expected a sequence of numbers"),
        ({"struct_coeffs": bytearray(b"ab")}, TypeError, "struct_coeffs: expected a sequence"),
        ({"struct_coeffs": memoryview(b"ab")}, TypeError, "struct_coeffs: expected a sequence"),
        ({"struct_coeffs": {0.1: 1}}, TypeError, "struct_coeffs: expected a sequence of numbers"),
        ({"struct_coeffs": {0.1, 0.2}}, TypeError, "struct_coeffs: expected a sequence"),
        ({"struct_coeffs": ()}, ValueError, "struct_coeffs: expected at least one"),
        ({"struct_coeffs": (0.1, "a")}, TypeError, r"struct_coeffs\[1\]: expected a number"),
        ({"struct_coeffs": (0.1, 0.0)}, ValueError, r"struct_coeffs\[1\]: expected a positive"),
        ({"struct_coeffs": (np.inf,)}, ValueError, r"struct_coeffs\[0\]: .* got inf"),
        ({"mislabel_coeff": np.nan}, ValueError, "mislabel_coeff: .* got nan"),
        ({"mislabel_coeff": None}, TypeError, "mislabel_coeff: expected a number, got None"),
        ({"mislabel_coeff": True}, TypeError, "mislabel_coeff: expected a number, got True"),
        ({"mislabel_coeff": 10**400}, ValueError, "mislabel_coeff: expected a positive"),
        ({"non_assignment_penalty": 1e308}, ValueError, r"from 1e-100 to 1e\+100, got 1e\+308"),
        ({"non_assignment_penalty": 1e-320}, ValueError, "non_assignment_penalty: .* got 1e-320"),
        ({"non_assignment_penalty": -1}, ValueError, "non_assignment_penalty: .* got -1"),
    ],
)
def test_wrong_coefficients_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        OTMANN(**{"operations": operations_of("cnn"), **arguments})


def test_coefficients_may_be_scalars_of_numpy_and_pytorch():
    made = OTMANN(operations_of("cnn"), [np.float32(0.5), torch.tensor(2.0)], torch.tensor(3), 2)
    assert made.struct_coeffs == (0.5, 2.0)
    coefficients = *made.struct_coeffs, made.mislabel_coeff, made.non_assignment_penalty
    assert [type(each) for each in coefficients] == [float] * 4


def chain(kind: str, *hidden: Layer) -> Architecture:
    decision = Layer(operations_of(kind).decision)
    layers = (Layer("ip"), *hidden, decision, Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), kind)


def test_wrong_networks_are_refused():
    mlp = chain("mlp-reg", Layer("relu", 8))
    cnn = chain("cnn", Layer("conv3", 8, 1))
    cases = [
        (lambda: MLP.pairwise(mlp), "a: expected a sequence of Architecture, got Architecture"),
        (lambda: MLP.pairwise(3), "a: expected a sequence of Architecture, got int"),
        (
            lambda: MLP.pairwise([mlp, mlp.to_dict()]),
            r"a\[1\]: expected an Architecture, got dict",
        ),
        (lambda: MLP.pairwise([mlp], "ab"), "b: expected a sequence of Architecture, got str"),
        (lambda: MLP.pairwise([mlp], [cnn]), r"b\[0\]\.kind: expected 'mlp-reg', .* got 'cnn'"),
        (lambda: otmann_distance(mlp, cnn), r"b\.kind: expected that of a, 'mlp-reg', got 'cnn'"),
        (lambda: otmann_distance(None, cnn), "^a: expected an Architecture, got NoneType"),
        (lambda: otmann_distance(cnn, None), "^b: expected an Architecture, got NoneType"),
    ]
    for call, message in cases:
        with pytest.raises(ArchitectureError, match=message):
            call()


def test_a_wrong_coefficient_of_a_single_distance_is_named():
    mlp = chain("mlp-reg", Layer("relu", 8))
    with pytest.raises(ValueError, match=r"^struct_coeffs\[1\]: expected a positive"):
        otmann_distance(mlp, mlp, struct_coeffs=(1.0, -1.0))
