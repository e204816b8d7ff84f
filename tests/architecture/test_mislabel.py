from __future__ import annotations

import pickle
from math import inf
from math import nan
from typing import Any

import numpy as np
import pytest
import torch

from optuna_nasbot.architecture.kinds import cnn_mislabel
from optuna_nasbot.architecture.mislabel import mislabel_matrix

LABELS = ("conv3", "own", "conv5")
PAPER = cnn_mislabel("conv3", "conv5", 1.0)
MATRIX = [[0, 0.5, 0.1], [0.5, 0, inf], [0.1, inf, 0]]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ({}, [[0, inf, PAPER], [inf, 0, inf], [PAPER, inf, 0]]),
        ({("own", "conv3"): 0.5}, [[0, 0.5, PAPER], [0.5, 0, inf], [PAPER, inf, 0]]),
        (
            {("conv3", "own"): 1, ("own", "conv3"): 1},
            [[0, 1, PAPER], [1, 0, inf], [PAPER, inf, 0]],
        ),
        ({("conv3", "conv5"): 0}, [[0, inf, 0], [inf, 0, inf], [0, inf, 0]]),
        ({("own", "own"): 0}, [[0, inf, PAPER], [inf, 0, inf], [PAPER, inf, 0]]),
        (MATRIX, MATRIX),
        (tuple(map(tuple, MATRIX)), MATRIX),
        (np.array(MATRIX), MATRIX),
        (torch.tensor(MATRIX, dtype=torch.float64), MATRIX),
        (np.zeros((3, 3), int), [[0, 0, 0]] * 3),
    ],
)
def test_costs(costs: Any, expected: list[list[float]]) -> None:
    matrix = mislabel_matrix(LABELS, costs)
    assert [list(row) for row in matrix.costs] == expected
    assert all(type(cost) is float for row in matrix.costs for cost in row)
    assert matrix("own", "conv3", 3.0) == 3.0 * expected[1][0]


def test_same_costs_are_equal_and_can_be_pickled() -> None:
    one, other = mislabel_matrix(LABELS, MATRIX), mislabel_matrix(LABELS, np.array(MATRIX))
    assert one == other == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "costs", [None, 3, "abc", np.float64(1), np.array(1.0), {1, 2}, (row for row in MATRIX)]
)
def test_neither_a_mapping_nor_a_matrix(costs: Any) -> None:
    with pytest.raises(TypeError, match=r"^mislabel: expected a mapping .* or a matrix, got "):
        mislabel_matrix(LABELS, costs)


@pytest.mark.parametrize(
    "pair", ["own", ("own",), ("own", "conv3", "conv5"), ("own", "conv7"), ("own", 3), None]
)
def test_unknown_pairs(pair: Any) -> None:
    message = "^mislabel: expected pairs of the labels conv3, own, conv5 as keys, got "
    with pytest.raises(ValueError, match=message):
        mislabel_matrix(LABELS, {pair: 0.5})


@pytest.mark.parametrize(
    ("costs", "found"),
    [
        ([], r"0 rows of \[\]"),
        ([0, 1, 2], r"3 rows of \[0, 0, 0\]"),
        (MATRIX[:2], r"2 rows of \[3, 3\]"),
        ([[0, 1], [1, 0], [1, 1]], r"3 rows of \[2, 2, 2\]"),
        (np.zeros(3), r"3 rows of \[0, 0, 0\]"),
    ],
)
def test_wrong_shape(costs: Any, found: str) -> None:
    with pytest.raises(ValueError, match=f"^mislabel: expected a matrix of 3 x 3 .* got {found}"):
        mislabel_matrix(LABELS, costs)


@pytest.mark.parametrize(
    ("pair", "cost", "error", "message"),
    [
        (("own", "conv3"), -0.1, ValueError, "expected a cost of at least 0, got -0.1"),
        (("own", "conv3"), nan, ValueError, "expected a cost of at least 0, got nan"),
        (("own", "conv3"), -(10**400), ValueError, "expected a cost of at least 0, got -1000"),
        (("own", "conv3"), None, TypeError, "expected a number, got None"),
        (("own", "conv3"), "0.1", TypeError, "expected a number, got '0.1'"),
        (("own", "conv3"), True, TypeError, "expected a number, got True"),
        (("own", "own"), 0.1, ValueError, "expected 0, the cost of equal labels, got 0.1"),
    ],
)
def test_wrong_costs(pair: Any, cost: Any, error: type[Exception], message: str) -> None:
    where = f"mislabel: the labels '{min(pair)}' and 'own': "
    with pytest.raises(error, match=f"^{where}{message}"):
        mislabel_matrix(LABELS, {pair: cost})


@pytest.mark.parametrize(
    "costs",
    [{("conv3", "own"): 0.1, ("own", "conv3"): 0.2}, [[0, 0.1, 1], [0.2, 0, 1], [1, 1, 0]]],
)
def test_asymmetric_costs(costs: Any) -> None:
    message = "'conv3' and 'own': expected the same cost in both orders, got 0.1 and 0.2"
    with pytest.raises(ValueError, match=message):
        mislabel_matrix(LABELS, costs)
