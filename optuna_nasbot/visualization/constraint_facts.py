"""What a reader wants to know of the constraints of a trial."""

from __future__ import annotations

from collections.abc import Iterable

from optuna.trial import FrozenTrial

from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened

_MAX_NAME = 60
"""Characters of a name."""


def broken_constraints(trial: FrozenTrial) -> list[tuple[str, str]]:
    """Names of the constraints that a trial breaks, and by how much."""
    return [
        (_shown(name), f"broken by {value:,.6g}")
        for name, value in stored_constraints(trial).items()
        if not value <= 0  # as Optuna does, which counts NaN as broken
    ]


def constraint_facts(trial: FrozenTrial, trials: Iterable[FrozenTrial]) -> list[tuple[str, str]]:
    """Names of all constraints of a study, and whether a trial breaks or satisfies them.

    One that the trial lacks breaks nothing, as Optuna 5 counts it.

    Args:
        trial: The trial.
        trials: The trials of its study.
    """
    own = stored_constraints(trial)
    satisfied = [
        (_shown(name), f"satisfied with {abs(value):,.6g} to spare")
        for name, value in own.items()
        if value <= 0
    ]
    names = dict.fromkeys(name for each in trials for name in stored_constraints(each))
    lacking = [(_shown(name), "not set, so not broken") for name in names if name not in own]
    return [*broken_constraints(trial), *satisfied, *lacking]


def _shown(name: str) -> str:
    return f"constraint {shortened(printable(name), _MAX_NAME)}"
