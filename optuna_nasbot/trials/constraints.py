"""Constraints by a function of finished trials, as Optuna's samplers take them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from math import isnan

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.private_optuna import set_constraints
from optuna_nasbot.trials.private_optuna import stored_constraints

ConstraintsFunction = Callable[[FrozenTrial], Sequence[float]]
"""Gives the constraints of a trial, of which 0 and less are satisfied."""


def check_constraints_func(function: object) -> None:
    """Check the argument `constraints_func` of a sampler.

    Raises:
        TypeError: It is no function.
    """
    if function is None:
        return
    if not callable(function):
        raise TypeError(
            f"constraints_func: expected a function of a trial that returns a sequence of "
            f"numbers, got {function!r}."
        )
    if int(optuna.__version__.split(".")[0]) >= 5:
        warnings.warn(
            "constraints_func: Optuna 5 has deprecated it and will remove it in 7. Call "
            "trial.set_constraint in the objective instead.",
            FutureWarning,
            stacklevel=4,
        )


def store_constraints(
    function: ConstraintsFunction, study: Study, trial: FrozenTrial, state: TrialState
) -> None:
    """Store the constraints of a trial that ends with a value, where Optuna reads them.

    Raises:
        TypeError: The function gives no sequence of numbers.
        ValueError: One of them is NaN.
    """
    if state not in (TrialState.COMPLETE, TrialState.PRUNED):
        return
    given = function(trial)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(
            f"constraints_func: expected a sequence of numbers for trial {trial.number}, got "
            f"{given!r}. For a single constraint return a tuple with one number."
        )
    constraints = tuple(float(each) for each in given)
    if any(map(isnan, constraints)):
        raise ValueError(
            f"constraints_func: expected numbers for trial {trial.number}, got {constraints}. "
            f"Return a positive number where a constraint can't be computed."
        )
    set_constraints(study, trial, constraints)


def lacking_constraint(
    trials: Iterable[FrozenTrial], known: Collection[str] = ()
) -> tuple[FrozenTrial, str] | None:
    """The first completed trial that lacks a constraint which another one has, and its name.

    Args:
        trials: Trials of a study.
        known: Names of constraints that trials need not have.

    Returns:
        None if there is no such trial.
    """
    completed = [each for each in trials if each.state == TrialState.COMPLETE]
    stored = [stored_constraints(each) for each in completed]
    names = sorted({name for each in stored for name in each}.difference(known))
    for trial, constraints in zip(completed, stored, strict=True):
        for name in names:
            if name not in constraints:
                return trial, name
    return None


def lacks_constraints(trials: Iterable[FrozenTrial]) -> FrozenTrial | None:
    """The first completed trial without constraints, None if all have some."""
    completed = (each for each in trials if each.state == TrialState.COMPLETE)
    return next((each for each in completed if not stored_constraints(each)), None)
