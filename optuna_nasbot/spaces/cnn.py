"""The search space of convolutional networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import operations_of
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.kinds import DECISIONS
from optuna_nasbot.spaces.fitted_chains import Chain
from optuna_nasbot.spaces.network_space import NetworkSpace


@dataclass(frozen=True, kw_only=True)
class CNNSpace(NetworkSpace):
    """Convolutional networks with the paper's layers (paper, section 2 and appendix).

    The limits are hard and inclusive. Their defaults are those of the authors' demonstrations.

    Args:
        image_size: Side of the images in pixels. Halving rounds up.
        task: `"classification"` (decision layers are `softmax`) or `"regression"` (`linear`).
            `"regression"` is also for several labels per image: its outputs are numbers of any
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

    image_size: int = 32
    task: Literal["classification", "regression"] = "classification"

    def __post_init__(self) -> None:
        if self.task not in list(_KINDS):  # a list, since what came may not be hashable
            raise ValueError(f"task: expected one of {list(_KINDS)}, got {shown(self.task)}.")
        self._keep_whole("image_size", 1)
        if self.max_halvings is None:
            self._keep("max_halvings", (self.image_size - 1).bit_length())
        super().__post_init__()

    @property
    def operation_set(self) -> OperationSet:
        return operations_of(_KINDS[self.task])

    def _side_of_images(self) -> int | None:
        return self.image_size

    def reference_chains(self) -> Sequence[Chain]:
        vgg_like = [_vgg_like(n_layers) for n_layers in range(1, 5)]
        blocked = [_blocked("conv3", n_layers, (64, 128, 256)) for n_layers in range(1, 6)]
        deeper = _blocked("conv3", 4, (64, 128, 256, 512))
        residual = _blocked("res3", 2, (64, 128, 256))
        return [*vgg_like, *blocked, deeper, residual]

    def reference_graphs(self) -> Sequence[Architecture]:
        return [_branched(self.task)]


_KINDS = {"classification": "cnn", "regression": "cnn-reg"}
_MAX_POOL = Layer("max-pool")
_AVG_POOL = Layer("avg-pool")


def _conv(size: int, units: int, stride: int = 1) -> Layer:
    return Layer(f"conv{size}", units, stride)


def _vgg_like(n_layers: int) -> Chain:
    """Five blocks of 3x3 convolutions, each with a pool after it, and three dense layers."""
    blocks = ((64, 2), (128, 2), (128, n_layers), (256, n_layers), (512, n_layers))
    image = [layer for units, n in blocks for layer in (*([_conv(3, units)] * n), _MAX_POOL)]
    return (*image, Layer("fc", 128), Layer("fc", 256), Layer("fc", 512))


def _blocked(label: str, n_layers: int, block_units: Sequence[int]) -> Chain:
    """A 7x7 convolution, a pool, blocks that begin with a stride of 2, a pool, a dense layer."""
    blocks = [
        Layer(label, units, 2 if index == 0 else 1)
        for units in block_units
        for index in range(n_layers)
    ]
    return (_conv(7, 64), _MAX_POOL, *blocks, _AVG_POOL, Layer("fc", 2 * block_units[-1]))


def _branched(task: str) -> Architecture:
    """The network of the reference's pool that has three branches and two decision layers."""
    decision = Layer(DECISIONS[task])
    layers = (
        Layer("ip"),
        _conv(7, 64),
        _conv(5, 128, 2),
        _conv(3, 64, 2),
        _conv(3, 64),
        _AVG_POOL,
        _MAX_POOL,
        _MAX_POOL,
        Layer("fc", 64),
        _conv(3, 128),
        decision,
        _MAX_POOL,
        Layer("fc", 64),
        decision,
        Layer("op"),
    )
    edges = [(0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (2, 6), (3, 6), (4, 7), (5, 8), (6, 12)]
    edges += [(7, 9), (8, 10), (9, 11), (10, 14), (11, 12), (12, 13), (13, 14)]
    return Architecture(layers=layers, edges=tuple(edges), kind=_KINDS[task])
