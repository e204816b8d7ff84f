"""One network for all ranks of a distributed training, under optuna-integration's trial."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import TypeGuard

from optuna.trial import BaseTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.wrapped import found_behind

_INTEGRATION = "optuna_integration.pytorch_distributed.pytorch_distributed"
"""The module of `TorchDistributedTrial`. What else is used of it is private: how rank 0 sends a
result and the trial's attributes to the other ranks. It is the same from optuna-integration 4.0 to
5.0."""


@dataclass(frozen=True)
class _Outcome:
    """What rank 0 came to: a network, or why there is none."""

    network: Architecture | None = None
    error: BaseException | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"network": self.network, "error": self.error and _portable(self.error)}


def distributed_behind(trial: object) -> BaseTrial | None:
    """The `TorchDistributedTrial` that a trial is or holds, if there is one.

    It is found without importing optuna-integration, which is not installed everywhere.
    """
    integration = sys.modules.get(_INTEGRATION)
    if integration is None:
        return None

    def is_distributed(value: object) -> TypeGuard[BaseTrial]:
        return isinstance(value, integration.TorchDistributedTrial)

    found = [*found_behind(trial, is_distributed, "suggest_float")]
    return found[0] if len(found) == 1 else None


def on_all_ranks(trial: Any, suggest: Callable[[BaseTrial], Architecture]) -> Architecture:
    """What rank 0 suggests, on all ranks.

    Everything happens on rank 0, also the checks of arguments. All ranks get the result, a network
    or an exception, so that none waits for one that has failed.

    Args:
        trial: A `TorchDistributedTrial`; each rank calls this with its own.
        suggest: Suggests a network for the trial of rank 0 and stores it there.

    Returns:
        The network. The trial's user attributes are equal on all ranks.

    Raises:
        BaseException: Whatever `suggest` raised on rank 0.
    """
    own: list[_Outcome] = []

    def attempt() -> _Outcome:
        try:
            own.append(_Outcome(network=suggest(trial._delegate)))
        except BaseException as error:
            own.append(_Outcome(error=error))
        return own[0]

    def share(trial: Any) -> _Outcome:
        outcome: _Outcome = trial._call_and_communicate_obj(attempt)
        return own[0] if own else outcome

    outcome: _Outcome = sys.modules[_INTEGRATION].broadcast_properties(share)(trial)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.network is not None
    return outcome.network


def check_alone(trial: object, name: str) -> None:
    """Refuse a replayed trial without a network where other ranks would draw other ones.

    Transformers' `Trainer`, for one, gives all ranks but the first a `FixedTrial` that has the
    parameters of the first one's trial and none of its user attributes.

    Args:
        trial: A trial that belongs to no study and carries no network of the name.
        name: The name.

    Raises:
        ValueError: This process is one of several ranks.
    """
    distributed = sys.modules.get("torch.distributed")
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return
    rank, n_ranks = distributed.get_rank(), distributed.get_world_size()
    if n_ranks > 1:
        raise ValueError(
            f"trial: expected one that carries an architecture '{name}', got a "
            f"{type(trial).__name__} without one on rank {rank} of {n_ranks}, which would draw a "
            f"random one of its own. Give all ranks the same: use "
            f"optuna_integration.TorchDistributedTrial, or set the user attributes of rank 0's "
            f"trial in this one, too."
        )


def _portable(error: BaseException) -> BaseException:
    """An exception that other processes can read, if need be in words only."""
    try:
        if isinstance(pickle.loads(pickle.dumps(error)), type(error)):
            return error
    except BaseException:  # whatever the methods of the exception raise
        pass
    try:
        words = str(error)
    except BaseException:
        words = "an exception without words"
    return RuntimeError(f"Rank 0 raised {type(error).__name__}: {words}")
