"""Spaces with a kind of the user's own, which a process knows once it has made such a space."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture.register import register
from optuna_nasbot.architecture.register import registered
from optuna_nasbot.spaces.space import ArchitectureSpace


class OwnKindSpace(ArchitectureSpace):
    """A space that brings its own operations and registers their kind."""

    @property
    @abstractmethod
    def _operation_set(self) -> OperationSet:
        """The operations of this space."""

    @property
    def operation_set(self) -> OperationSet:
        """The operations, after a check that the kind still means them.

        Raises:
            ArchitectureError: A later space gave the kind other operations.
        """
        return registered(self._operation_set)

    def _register(self) -> None:
        register(self._operation_set)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._register()
