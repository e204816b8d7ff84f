"""What a reader wants to know of a trial besides its network."""

from __future__ import annotations

from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials import stored_origin
from optuna_nasbot.visualization.drawing.labels import printable

_MAX_LENGTH = 80


def objective_names(study: Study) -> list[str]:
    """What the values of a study are called: its metric names, or `value`, `value 0`, ..."""
    if study.metric_names:
        return [printable(name) for name in study.metric_names]
    n = len(study.directions)
    return ["value"] if n == 1 else [f"value {index}" for index in range(n)]


def trial_values(study: Study, trial: FrozenTrial) -> list[tuple[str, str]]:
    """Names and values of the objectives, none of a trial without a value."""
    values = [value_text(value) for value in trial.values or []]
    return list(zip(objective_names(study), values, strict=False))


def trial_facts(trial: FrozenTrial, name: str) -> list[tuple[str, str]]:
    """Names and values of parameters and short user attributes, and where the network comes from.

    Args:
        trial: The trial.
        name: The name of the network.
    """
    return [*trial_parameters(trial), *facts_beside_parameters(trial, name)]


def trial_parameters(trial: FrozenTrial) -> list[tuple[str, str]]:
    """Names and values of the parameters of a trial."""
    return [(printable(name), value_text(value)) for name, value in trial.params.items()]


def facts_beside_parameters(trial: FrozenTrial, name: str) -> list[tuple[str, str]]:
    """The rest of `trial_facts`."""
    prefix = attribute_key(name).removesuffix(name)
    attributes = [
        (printable(key), value_text(value))
        for key, value in trial.user_attrs.items()
        if not key.startswith(prefix) and len(value_text(value)) <= _MAX_LENGTH
    ]
    origin = stored_origin(trial.user_attrs, name)
    return attributes if origin is None else [*attributes, ("made from", str(origin))]


def value_text(value: object) -> str:
    """A value in one line, a float with six digits."""
    return f"{value:.6g}" if isinstance(value, float) else printable(str(value))
