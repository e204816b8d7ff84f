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
    keys = {key for trial in trials for key in trial.user_attrs}
    after_prefix = {key.partition(":")[2] for key in keys}
    valid = (name for name in after_prefix if name and ":" not in name)
    return tuple(sorted(name for name in valid if attribute_key(name) in keys))
