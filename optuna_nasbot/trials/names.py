"""Under which names the trials of a study carry networks."""

from __future__ import annotations

from collections.abc import Iterable

from optuna.trial import FrozenTrial

from optuna_nasbot.trials.stored import attribute_key


def architecture_names(trials: Iterable[FrozenTrial]) -> tuple[str, ...]:
    """The names under which trials carry networks, sorted.

    Args:
        trials: Trials of a study, in whatever state.
    """
    return names_among(key for trial in trials for key in trial.user_attrs)


def names_among(keys: Iterable[str]) -> tuple[str, ...]:
    """The names whose networks user attributes hold, sorted.

    Args:
        keys: The keys of the user attributes.
    """
    return tuple(sorted(key.partition(":")[2] for key in {*keys} if _is_network(key)))


def _is_network(key: str) -> bool:
    """Whether a user attribute holds a network, not a number about one or something else."""
    try:
        return attribute_key(key.partition(":")[2]) == key
    except ValueError:  # no name that a network can have
        return False
