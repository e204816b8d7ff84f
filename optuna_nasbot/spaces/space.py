"""The interface of search spaces: their networks, where to start, and how to go on."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.edits import EDITS
from optuna_nasbot.edits import Edit
from optuna_nasbot.spaces.violation import Violation


class ArchitectureSpace(ABC):
    """Networks of one kind. Spaces are immutable and can be compared and hashed."""

    @property
    @abstractmethod
    def operation_set(self) -> OperationSet:
        """The layers that networks are made of."""

    @property
    @abstractmethod
    def initial_pool(self) -> tuple[Architecture, ...]:
        """The networks to start from, at least one, all different."""

    @property
    def pool_of_sizes(self) -> tuple[Architecture, ...]:
        """The networks to start from if their size matters as well as their quality."""
        return self.initial_pool

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that the space is searched by: the paper's nine, unless it has others."""
        return EDITS

    @abstractmethod
    def violation(self, architecture: Architecture) -> Violation | None:
        """What keeps a network of the space's kind out of the space; None if nothing does."""

    def check(self, architecture: Architecture) -> None:
        """Check that a network belongs to the space.

        Args:
            architecture: The network.

        Raises:
            ArchitectureError: It is not an Architecture, has another kind, or breaks a limit; the
                message says which.
            TypeError: `accepts` returns neither True nor False.
            RuntimeError: `accepts` raises an exception.
        """
        if not isinstance(architecture, Architecture):
            raise ArchitectureError(
                f"architecture: expected an Architecture, got {type(architecture).__name__}."
            )
        kind = self.operation_set.kind
        if architecture.kind != kind:
            raise ArchitectureError(
                f"architecture: expected kind '{kind}', got '{architecture.kind}'."
            )
        violation = self.violation(architecture)
        if violation is not None:
            raise ArchitectureError(f"architecture: expected {violation}.")

    def __contains__(self, architecture: object) -> bool:
        return (
            isinstance(architecture, Architecture)
            and architecture.kind == self.operation_set.kind
            and self.violation(architecture) is None
        )
