"""A search space: the layers that networks are made of, their limits, and where to start."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.spaces.fitting import Chain
from optuna_nasbot.spaces.fitting import fitted_chain
from optuna_nasbot.spaces.fitting import nearest_violation
from optuna_nasbot.spaces.limits import Limits


@dataclass(frozen=True, kw_only=True)
class ArchitectureSpace(Limits, ABC):
    """Networks of one kind within hard limits.

    Raises:
        TypeError: A limit is of a wrong type.
        ValueError: No chain of layers meets the limits, with the reason. (Limits that only
            networks with branches meet are refused, too.)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_parameters is not None and None in (self.inputs, self.outputs):
            raise ValueError(
                f"max_parameters: expected the network's inputs and outputs beside it, since the "
                f"number of parameters depends on them, got inputs={self.inputs}, "
                f"outputs={self.outputs}."
            )
        if not self.initial_pool:
            simplest = self.reference_chains()[0]
            raise ValueError(
                f"{type(self).__name__}: found no chain of layers within these limits: "
                f"{nearest_violation(simplest, self.operations, self)}."
            )

    @property
    @abstractmethod
    def operations(self) -> OperationSet:
        """The layers that networks are made of."""

    @abstractmethod
    def reference_chains(self) -> Sequence[Chain]:
        """The hidden layers of the reference's initial networks that are plain chains."""

    def reference_graphs(self) -> Sequence[Architecture]:
        """The reference's initial networks that are no chains."""
        return ()

    @property
    def kind(self) -> str:
        """The kind of the architectures."""
        return self.operations.kind

    @cached_property
    def initial_pool(self) -> tuple[Architecture, ...]:
        """The networks to start from: the reference's, fitted to the limits, each once."""
        fitted = [fitted_chain(chain, self.operations, self) for chain in self.reference_chains()]
        whole = [graph for graph in self.reference_graphs() if self.violation(graph) is None]
        networks = [network for network in (*fitted, *whole) if network is not None]
        return tuple({network.canonical_hash(): network for network in networks}.values())

    def check(self, architecture: Architecture) -> None:
        """Check that a network belongs to the space.

        Raises:
            ArchitectureError: It is of another kind or breaks a limit; the message says which.
        """
        if not isinstance(architecture, Architecture):
            raise ArchitectureError(
                f"architecture: expected an Architecture, got {type(architecture).__name__}."
            )
        if architecture.kind != self.kind:
            raise ArchitectureError(
                f"architecture: expected kind '{self.kind}', got '{architecture.kind}'."
            )
        violation = self.violation(architecture)
        if violation is not None:
            raise ArchitectureError(f"architecture: expected {violation}.")

    def __contains__(self, architecture: object) -> bool:
        return (
            isinstance(architecture, Architecture)
            and architecture.kind == self.kind
            and self.violation(architecture) is None
        )
