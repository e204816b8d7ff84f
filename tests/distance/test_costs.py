from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.kinds import cnn_operations
from optuna_nasbot.distance.costs import matching_costs

VARIANTS = {
    "cnn": (operations_of("cnn"), 1.0),
    "mlp-reg": (operations_of("mlp-reg"), 1.0),
    "mlp-class": (operations_of("mlp-class"), 1.0),
    "cnn_max_conv_9": (cnn_operations(9), 1.0),
    "cnn_non_assignment_0.5": (operations_of("cnn"), 0.5),
}


def component_labels(operations: OperationSet, component: np.ndarray) -> set[frozenset[str]]:
    return {
        frozenset(label for label, c in zip(operations.labels, component, strict=True) if c == one)
        for one in component
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_golden_label_mismatch(name, golden):
    operations, penalty = VARIANTS[name]
    expected = golden("label_mismatch")["matrices"][name]
    assert set(expected["labels"]) == set(operations.labels)
    order = [operations.label_index[label] for label in expected["labels"]]
    costs = matching_costs(operations, (1.0,), 1.0, penalty)
    matrix = np.array(expected["matrix"], dtype=float)  # null becomes NaN
    matrix = np.fmin(matrix, 2.0 * penalty)
    np.testing.assert_allclose(penalty * costs.mislabel[np.ix_(order, order)], matrix, rtol=1e-12)


def test_mislabel_coefficient_weighs_mislabel_costs():
    once, thrice = (matching_costs(operations_of("cnn"), (1.0,), c, 1.0) for c in (1.0, 3.0))
    np.testing.assert_array_equal(thrice.mislabel, np.minimum(3.0 * once.mislabel, 2.0))


def test_the_unit_is_the_penalty():
    costs = matching_costs(operations_of("mlp-reg"), (0.1, 3.0), 1.0, 0.25)
    assert costs.struct_coeffs == (0.4, 12.0)
    assert set(costs.mislabel.ravel()) == {0.0, 0.1, 0.25, 2.0}


def test_extreme_weights_stay_finite():
    costs = matching_costs(operations_of("mlp-reg"), (1.0, 1e308), 1.0, 1e-310)
    assert np.isfinite(50.0 * np.array(costs.struct_coeffs)).all()
    assert np.isfinite(costs.mislabel).all()


def test_labels_that_can_meet_share_a_component():
    operations = operations_of("cnn")
    costs = matching_costs(operations, (0.1,), 1.0, 1.0)
    convolutions = {"conv3", "res3", "conv5", "res5", "conv7", "res7"}
    expected = {("ip",), ("op",), ("softmax",), ("fc",), ("max-pool", "avg-pool")}
    assert component_labels(operations, costs.component) == {
        frozenset(convolutions),
        *map(frozenset, expected),
    }


def test_labels_too_far_apart_to_meet_are_separate():
    # rectifiers and sigmoids are 0.25 apart; at 8 times this, unmatched layers are as cheap
    operations = operations_of("mlp-reg")
    costs = matching_costs(operations, (0.1,), 8.0, 1.0)
    sizes = sorted(len(labels) for labels in component_labels(operations, costs.component))
    assert sizes == [1, 1, 1, 2, 5]


def test_labels_that_meet_only_through_a_third_share_a_component():
    order = ("relu", "elu", "tanh")

    def chain(label: str, other: str, penalty: float) -> float:
        if label not in order or other not in order:
            return np.inf
        return 1.5 * abs(order.index(label) - order.index(other))

    operations = dataclasses.replace(operations_of("mlp-reg"), mislabel=chain)
    costs = matching_costs(operations, (0.1,), 1.0, 1.0)
    assert frozenset(order) in component_labels(operations, costs.component)


@pytest.mark.parametrize("wrong", [-0.1, np.nan])
def test_impossible_mislabel_cost_is_refused(wrong):
    operations = dataclasses.replace(operations_of("mlp-reg"), mislabel=lambda *_: wrong)
    with pytest.raises(ValueError, match=r"operations\.mislabel: expected .* got (-0.1|nan)"):
        matching_costs(operations, (0.1,), 1.0, 1.0)
