"""What an objective calls to get a network."""

from __future__ import annotations

from typing import Any

from optuna.trial import BaseTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.chooser import choosing_sampler
from optuna_nasbot.distributed_trial import check_alone
from optuna_nasbot.distributed_trial import distributed_behind
from optuna_nasbot.distributed_trial import on_all_ranks
from optuna_nasbot.requested import note_request
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.suggestion_writer import SuggestionWriter
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.wrapped import trial_behind
from optuna_nasbot.wrapped import user_attrs_of


def suggest_architecture(trial: BaseTrial, name: str, space: ArchitectureSpace) -> Architecture:
    """Suggest a network for a trial, to be called in an objective.

    The network is, in this order, the one that the trial carries already (it was asked before,
    enqueued or retried), the choice of the study's sampler if it has a method
    `sample_architecture(study, trial, name, space)`, or, under samplers that know nothing of
    architectures, a random one of the space. It is stored in the trial's user attributes.

    A trial of `optuna_integration.TorchDistributedTrial` gives all ranks the network of rank 0.

    Args:
        trial: The trial that the objective got, or an object that holds it.
        name: A name for the network, as with Optuna's own suggest methods.
        space: The search space.

    Returns:
        A network of the space.

    Raises:
        TypeError: An argument is of a wrong type, or no study's sampler can be reached through
            the trial.
        ValueError: The name is empty or has a colon; or the trial belongs to no study and carries
            no network, and this process is one of several ranks of `torch.distributed`.
        ArchitectureError: The network that the trial carries can't be read, or that network or
            the sampler's choice is not of the space or too large to be stored.
    """
    distributed = distributed_behind(trial)
    if distributed is None:
        return _suggested(trial, name, space, of_one_process=True)
    return on_all_ranks(
        distributed, lambda rank_0: _suggested(rank_0, name, space, of_one_process=False)
    )


def _suggested(
    trial: BaseTrial, name: str, space: ArchitectureSpace, of_one_process: bool
) -> Architecture:
    """As `suggest_architecture`, for a trial of one process or for that of the first rank."""
    attribute_key(name)
    user_attrs = user_attrs_of(trial)
    if not isinstance(space, ArchitectureSpace):
        raise TypeError(
            f"space: expected a search space such as MLPSpace() or CNNSpace(), got {space!r}."
        )
    space.operation_set  # noqa: B018 (from here on the kind of a user's space means this one)
    found: Any = trial_behind(trial)
    study = getattr(found, "study", None)
    if study is not None:
        note_request(study, found.number, user_attrs, name, space)
    writer = SuggestionWriter(found, name, space)
    carried = read_architecture(user_attrs, name)
    if carried is not None:
        number = getattr(trial, "number", "?")
        origin = f"trial {number} carries (enqueued, retried or suggested before)"
        return writer.checked(carried, origin)
    if study is None:
        _check_replayed(trial, found)
        if of_one_process:
            check_alone(found, name)
        return writer.write_random()
    sampler = choosing_sampler(study)
    return writer.write_random() if sampler is None else writer.write_choice_of(sampler)


def _check_replayed(trial: object, found: BaseTrial | None) -> None:
    """Refuse what leads to no trial, where a random network would hide a mistake."""
    if found is None:
        raise TypeError(
            f"trial: expected an Optuna trial, or an object that holds one, got a "
            f"{type(trial).__name__}, through which the study's sampler can't be reached. Call "
            f"suggest_architecture where Optuna's own trial is, such as study.ask() gives it, and "
            f"pass the network on. To try several at a time, let the workers share a storage."
        )
