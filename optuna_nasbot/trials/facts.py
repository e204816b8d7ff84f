"""What a reader wants to know of a trial beside its network."""

from __future__ import annotations

from optuna.study import Study
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.origin import stored_origin
from optuna_nasbot.trials.stored import attribute_key

_MAX_LENGTH = 80


def trial_facts(study: Study, trial: FrozenTrial, name: str) -> dict[str, str]:
    """Values, parameters, short user attributes, and where the network comes from, as text.

    Args:
        study: The study, which may have names for its values.
        trial: The trial.
        name: The name of the network whose origin is told.
    """
    facts = {}
    for objective, value in zip(objective_names(study), trial.values or [], strict=False):
        facts[objective] = f"{value:.6g}"
    facts |= {key: shown(value) for key, value in trial.params.items()}
    prefix = attribute_key(name).removesuffix(name)
    for key, attribute in trial.user_attrs.items():
        text = shown(attribute)
        if not key.startswith(prefix) and len(text) <= _MAX_LENGTH:
            facts[key] = text
    origin = stored_origin(trial.user_attrs, name)
    if origin is not None:
        facts["origin"] = str(origin)
    return facts


def objective_names(study: Study) -> list[str]:
    """What the values of a study are called: its metric names, or `value`, `value 0`, ..."""
    if study.metric_names:
        return study.metric_names
    n = len(study.directions)
    return ["value"] if n == 1 else [f"value {index}" for index in range(n)]


def shown(value: object) -> str:
    """A number with six digits, anything else as it is."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
