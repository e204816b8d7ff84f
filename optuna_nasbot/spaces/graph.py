"""The search space of networks with a user's own layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Literal

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.chain import chained
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.kinds import DECISIONS
from optuna_nasbot.architecture.kinds import built_in_operation
from optuna_nasbot.architecture.mislabel import MislabelCosts
from optuna_nasbot.architecture.mislabel import mislabel_matrix
from optuna_nasbot.spaces.fitted_chains import Chain
from optuna_nasbot.spaces.mixed_chains import mixed_chains
from optuna_nasbot.spaces.network_space import NetworkSpace
from optuna_nasbot.spaces.own_kind import OwnKindSpace


@dataclass(frozen=True, kw_only=True)
class GraphSpace(OwnKindSpace, NetworkSpace):
    """Networks made of a user's own layers, of built-in ones, or of both.

    The limits are hard and inclusive. Their defaults are those of the authors' demonstrations.

    Making the space registers its kind: a process that reads networks of this kind, for instance
    from a stored study, has to make the space first. A later space of the same kind with other
    operations replaces it. Make it once, outside the objective: a search that makes it anew in
    each trial, with new functions, works (each thread has its own), but computes all distances
    again.

    Args:
        kind: A name for this set of layers, under which its networks are stored.
        operations: The layers: each an `Operation`, or the label of a built-in one (`"conv3"`,
            `"max-pool"`, ... for images, `"relu"`, `"tanh"`, ... for features).
        mislabel: What it costs to match layers with different labels: a mapping from pairs of
            labels to costs, or a symmetric matrix in the order of the operations. The unit is the
            cost of leaving a unit of mass unmatched; at a cost of 2 or more layers do not match.
            Pairs that a mapping lacks have the cost of the paper if both labels are built-in, and
            do not match otherwise.
        task: `"regression"` (decision layers are `linear`) or `"classification"` (`softmax`).
            `"regression"` is also for several labels per example: its outputs are numbers of any
            size, which `torch.nn.BCEWithLogitsLoss` takes as logits.
        image_size: Side of the images in pixels; None if the input is a vector of features.
            Halving rounds up.
        initial_chains: Networks to start from, each given by the hidden layers of a chain, which
            is fitted to the limits. By default chains in which all layers take turns.
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
        TypeError: An argument has the wrong type, a mass rule does not return a number, or
            `accepts` returns neither True nor False.
        RuntimeError: `accepts` raises an exception.
        ValueError: The task or an operation is unknown, a label comes twice, a mislabel cost is
            negative or not symmetric, the kind is a built-in one, a limit is out of range, a mass
            rule returns a mass that is negative, NaN or too large, or no chain of layers meets all
            limits.
        ArchitectureError: One of the `initial_chains` does not make a network.
    """

    kind: str
    operations: Sequence[Operation | str]
    mislabel: MislabelCosts = field(default_factory=dict)
    task: Literal["regression", "classification"] = "regression"
    image_size: int | None = None
    initial_chains: Sequence[Chain] = ()

    def __post_init__(self) -> None:
        if self.task not in list(DECISIONS):  # a list, since what came may not be hashable
            raise ValueError(f"task: expected one of {list(DECISIONS)}, got {shown(self.task)}.")
        operations = self._checked_operations()
        costs = mislabel_matrix([operation.label for operation in operations], self.mislabel).costs
        for name, value in (
            ("operations", operations),
            ("mislabel", costs),
            ("initial_chains", _checked_chains(self.initial_chains)),
        ):
            object.__setattr__(self, name, value)
        if self.image_size is not None:
            self._keep_whole("image_size", 1)
            if self.max_halvings is None:
                self._keep("max_halvings", (self.image_size - 1).bit_length())
        self._register()
        self._check_chains()
        super().__post_init__()
        for network in self.initial_pool:
            total_mass(network)  # a wrong mass rule fails here, not in a trial

    @cached_property
    def _operation_set(self) -> OperationSet:
        operations = self._checked_operations()
        return OperationSet(
            kind=self.kind,
            operations=operations,
            decision=DECISIONS[self.task],
            mislabel=mislabel_matrix([each.label for each in operations], self.mislabel),
            is_image=self.image_size is not None,
        )

    def _checked_operations(self) -> tuple[Operation, ...]:
        given = self.operations
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise TypeError(
                f"operations: expected a sequence of Operation and of built-in labels, "
                f"got {shown(given)}."
            )
        for index, each in enumerate(given):
            if not isinstance(each, (Operation, str)):
                raise TypeError(
                    f"operations[{index}]: expected an Operation or a built-in label, "
                    f"got {shown(each)}."
                )
        is_image = self.image_size is not None
        return tuple(
            built_in_operation(each, is_image) if isinstance(each, str) else each for each in given
        )

    def _check_chains(self) -> None:
        for index, chain in enumerate(self.initial_chains):
            try:
                Architecture(*chained(tuple(chain), self.operation_set))
            except ArchitectureError as error:
                raise ArchitectureError(
                    f"initial_chains[{index}]: expected the layers between input and decision "
                    f"layer. {error}"
                ) from None

    def _side_of_images(self) -> int | None:
        return self.image_size

    def reference_chains(self) -> Sequence[Chain]:
        return self.initial_chains or mixed_chains(self.operation_set)


def _checked_chains(chains: object) -> tuple[Chain, ...]:
    if not isinstance(chains, Sequence) or isinstance(chains, str):
        raise TypeError(f"initial_chains: expected a sequence of chains, got {shown(chains)}.")
    for index, chain in enumerate(chains):
        is_chain = isinstance(chain, Sequence) and all(isinstance(each, Layer) for each in chain)
        if not is_chain:
            raise TypeError(
                f"initial_chains[{index}]: expected a sequence of Layer, got {shown(chain)}."
            )
    return tuple(tuple(chain) for chain in chains)
