"""The search space of multi-layer perceptrons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.spaces.fitted_chains import Chain
from optuna_nasbot.spaces.network_space import NetworkSpace

_KINDS = {"regression": "mlp-reg", "classification": "mlp-class"}
_BLOCK_UNITS = (64, 128, 256)
_LATER_BLOCK_UNITS = 512

# The reference draws the activations of its initial networks anew in each run, alternating between
# rectifiers and sigmoids; these are the draws of one run, that of the golden test data. Each row:
# layers per block, activations of the blocks.
_REFERENCE_BLOCKS = {
    "mlp-reg": (
        (2, "leaky-relu logistic relu"),
        (2, "leaky-relu logistic elu tanh"),
        (2, "leaky-relu tanh crelu logistic elu"),
        (4, "elu logistic leaky-relu"),
        (2, "softplus logistic leaky-relu tanh crelu logistic"),
        (2, "leaky-relu logistic crelu tanh relu logistic elu tanh"),
        (3, "crelu tanh relu logistic leaky-relu tanh"),
        (2, "softplus logistic elu tanh crelu logistic leaky-relu tanh relu logistic"),
        (6, "softplus tanh leaky-relu logistic"),
        (3, "leaky-relu logistic relu tanh elu logistic softplus tanh"),
    ),
    "mlp-class": (
        (2, "softplus tanh relu"),
        (2, "elu logistic crelu tanh"),
        (2, "leaky-relu logistic elu tanh softplus"),
        (4, "softplus tanh relu"),
        (2, "relu tanh leaky-relu logistic elu tanh"),
        (2, "crelu tanh softplus logistic elu tanh leaky-relu logistic"),
        (3, "leaky-relu logistic softplus tanh relu logistic"),
        (2, "leaky-relu tanh crelu logistic elu tanh softplus logistic relu tanh"),
        (6, "relu logistic crelu tanh"),
        (3, "softplus logistic relu tanh leaky-relu logistic elu tanh"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class MLPSpace(NetworkSpace):
    """Multi-layer perceptrons with the paper's activations (paper, section 2 and appendix).

    The limits are hard and inclusive. Their defaults are those of the authors' demonstrations.

    Args:
        task: `"regression"` (decision layers are `linear`) or `"classification"` (`softmax`).
            `"regression"` is also for several labels per example: its outputs are numbers of any
            size, which `torch.nn.BCEWithLogitsLoss` takes as logits.
        min_layers: Least number of layers, `ip`, decision layers and `op` included; at most 900,
            so that networks can be stored.
        max_layers: Largest number of layers.
        min_mass: Least total mass: roughly channels in times units, summed over the layers (see
            `optuna_nasbot.total_mass`).
        max_mass: Largest total mass; None means no bound.
        max_out_degree: Largest number of edges out of a layer.
        max_in_degree: Largest number of edges into a layer.
        max_edges: Largest number of edges.
        min_units: Least number of units (filters of a convolution) of a layer that has units.
        max_units: Largest number of units of a layer.
        units: The numbers of units that layers may have, from `min_units` to `max_units`; edits
            step from one to the next. None means every number from the least to the largest.
        max_halvings: How often images, where there are any, may be halved on the way to any layer;
            None means as often as it takes to get from `image_size` to a single pixel.
        max_parameters: Largest number of trainable parameters of the module that `build_module`
            makes; None means no bound. Needs `inputs` and `outputs`.
        max_multiply_adds: Largest number of multiply-adds for one example, as `network_cost`
            counts them; None means no bound. Needs `inputs` and `outputs`.
        inputs: Features or channels of the input, to count parameters and multiply-adds.
        outputs: Targets or classes, to count parameters and multiply-adds.
        accepts: A further hard limit of your own: a function that takes an `Architecture` and
            returns whether it belongs to the space, for instance by a table of latencies. It is
            called for networks that keep all other limits, hundreds of them per suggestion, and
            has to give the same answer each time. Define it once, outside the objective, since
            spaces are compared by it.

    Raises:
        TypeError: A limit has the wrong type, or `accepts` returns neither True nor False.
        RuntimeError: `accepts` raises an exception.
        ValueError: The task is not known, a limit is out of range, or no chain of layers meets all
            limits; the message gives the reason.
    """

    task: Literal["regression", "classification"] = "regression"

    def __post_init__(self) -> None:
        if self.task not in list(_KINDS):  # a list, since what came may not be hashable
            raise ValueError(f"task: expected one of {list(_KINDS)}, got {shown(self.task)}.")
        super().__post_init__()

    @property
    def operation_set(self) -> OperationSet:
        return operations_of(_KINDS[self.task])

    def reference_chains(self) -> Sequence[Chain]:
        return [
            _blocked(n_layers, activations.split())
            for n_layers, activations in _REFERENCE_BLOCKS[_KINDS[self.task]]
        ]


def _blocked(n_layers: int, activations: Sequence[str]) -> Chain:
    """The hidden layers of a blocked MLP as the reference builds it.

    The reference lists the width of each block once before the widths of all layers, so that the
    first hidden layers get the widths of the blocks.
    """
    n_blocks = len(activations)
    later = (_LATER_BLOCK_UNITS,) * (n_blocks - len(_BLOCK_UNITS))
    block_units = (*_BLOCK_UNITS, *later)[:n_blocks]
    units = (*block_units, *(width for width in block_units for _ in range(n_layers)))
    labels = [label for label in activations for _ in range(n_layers)]
    return tuple(Layer(label, units[index + 1]) for index, label in enumerate(labels))
