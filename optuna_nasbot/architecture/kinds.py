"""The operation sets of the paper, `cnn`, `mlp-reg` and `mlp-class`; and one more, `cnn-reg`."""

from __future__ import annotations

import math
import re

from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.operation import Operation
from optuna_nasbot.architecture.operation import pooling_mass
from optuna_nasbot.architecture.operation import tenth_mass
from optuna_nasbot.architecture.operation_set import OperationSet

RECTIFIERS = ("relu", "crelu", "leaky-relu", "softplus", "elu")
SIGMOIDS = ("logistic", "tanh")
POOLS = ("max-pool", "avg-pool")
DECISIONS = {"regression": "linear", "classification": "softmax"}
"""The label of decision layers by task."""


def mlp_mislabel(label: str, other: str, penalty: float) -> float:
    """Mislabel cost of two activations (paper, appendix; in units of the penalty).

    0.1 within the rectifiers and within the sigmoids, 0.25 between the two.
    """
    same_group = (label in RECTIFIERS) == (other in RECTIFIERS)
    return penalty * (0.1 if same_group else 0.25)


def cnn_mislabel(label: str, other: str, penalty: float) -> float:
    """Mislabel cost of two image layers (paper, appendix).

    Two convolutions, or two residual layers, with filters of sides a and b:
    x = sqrt(2)/10 sqrt(|a - b|). A convolution and a residual layer: 0.9 x + 0.1 penalty.
    Maximum and average pooling: 0.5. All times the penalty.
    """
    if label in POOLS and other in POOLS:
        return 0.5 * penalty
    name, size = _filter(label)
    other_name, other_size = _filter(other)
    if not name or not other_name:
        return math.inf
    cost = math.sqrt(2.0) / 10.0 * math.sqrt(abs(size - other_size))
    if name != other_name and cost <= penalty:
        cost = 0.9 * cost + 0.1 * penalty
    return penalty * cost


def filter_size(label: str) -> int:
    """Side of the square filter of a convolution or residual label; 0 for other labels."""
    return _filter(label)[1]


def _filter(label: str) -> tuple[str, int]:
    match = re.fullmatch(r"(conv|res)(\d+)", label)
    return (match[1], int(match[2])) if match else ("", 0)


def mlp_operations(task: str) -> OperationSet:
    """The layers of a multi-layer perceptron for `"regression"` or `"classification"`."""
    kind = {"regression": "mlp-reg", "classification": "mlp-class"}[task]
    rectifiers = tuple(Operation(label, "rectifier") for label in RECTIFIERS)
    sigmoids = tuple(Operation(label, "sigmoid") for label in SIGMOIDS)
    return OperationSet(kind, rectifiers + sigmoids, DECISIONS[task], mlp_mislabel)


def cnn_operations(max_filter: int = 7, task: str = "classification") -> OperationSet:
    """The layers of a convolutional network, with odd filters from 3 to `max_filter`.

    The paper has no such kind for regression. It differs in the decision layers alone, as the two
    kinds of multi-layer perceptrons do.
    """
    kind = {"classification": "cnn", "regression": "cnn-reg"}[task]
    filters = tuple(
        Operation(f"{name}{size}", "conv", strides=(1, 2))
        for size in range(3, max_filter + 1, 2)
        for name in ("conv", "res")
    )
    pools = tuple(
        Operation(label, "pool", mass=pooling_mass, has_units=False, image="halve")
        for label in POOLS
    )
    dense = Operation("fc", "fc", mass=tenth_mass, image="flatten")
    operations = (*filters, *pools, dense)
    return OperationSet(kind, operations, DECISIONS[task], cnn_mislabel, is_image=True)


BUILT_IN_SETS = (
    mlp_operations("regression"),
    mlp_operations("classification"),
    cnn_operations(),
    cnn_operations(task="regression"),
)
"""The operation sets of the built-in kinds."""

_BUILT_IN_OPERATIONS = {
    is_image: {
        operation.label: operation
        for built_in in BUILT_IN_SETS
        if built_in.is_image == is_image
        for operation in built_in.operations
    }
    for is_image in (False, True)
}


def built_in_operation(label: str, is_image: bool) -> Operation:
    """The operation of the paper with a label, on images or on features.

    Raises:
        ValueError: The paper has none.
    """
    known = _BUILT_IN_OPERATIONS[is_image]
    if label not in known:
        hint = ""
        if label in _BUILT_IN_OPERATIONS[not is_image]:
            hint = f" Pass {'no' if is_image else 'an'} image_size for layers of this label."
        raise ValueError(
            f"operations: expected an Operation or one of the built-in labels for "
            f"{'images' if is_image else 'features'} ({', '.join(known)}), got {shown(label)}."
            f"{hint}"
        )
    return known[label]


def is_built_in(operation: Operation, is_image: bool) -> bool:
    """Whether an operation, on images or on features, computes what its label means in the paper.

    Then it needs no module. Its mass and its group may differ, and the filter of a convolution may
    have any odd side.
    """
    label = "conv3" if filter_size(operation.label) % 2 else operation.label
    like = _BUILT_IN_OPERATIONS[is_image].get(label)
    return (
        like is not None
        and operation.module is None
        and operation.has_units == like.has_units
        and set(operation.strides) <= set(like.strides)
        and (not is_image or operation.image == like.image)
    )


def built_in_mislabel(label: str, other: str) -> float:
    """The paper's mislabel cost of two labels; infinite unless one of its kinds has both."""
    for built_in in BUILT_IN_SETS:
        if {label, other} <= built_in.by_label.keys():
            return built_in.mislabel(label, other, 1.0)
    return math.inf
