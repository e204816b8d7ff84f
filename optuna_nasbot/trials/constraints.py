"""Constraints by a function of finished trials, as Optuna's samplers take them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from math import inf
from math import isnan

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.private_optuna import set_constraints
from optuna_nasbot.trials.private_optuna import stored_constraints

ConstraintsFunction = Callable[[FrozenTrial], Sequence[float]]
"""Gives the constraints of a trial; 0 or less satisfies one."""


def check_constraints_func(function: object) -> None:
    """Check the argument `constraints_func` of a sampler.

    Raises:
        TypeError: It is not a function.
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
            "constraints_func: deprecated by Optuna 5, to be removed in Optuna 7. Call "
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
    set_constraints(study, trial, _numbers(function(trial), trial.number))


def _numbers(given: object, number: int) -> tuple[float, ...]:
    """What a function gave for the trial of a number, checked."""
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise TypeError(
            f"constraints_func: expected a sequence of numbers for trial {number}, got {given!r}. "
            f"For a single constraint return a tuple with one number."
        )
    constraints = []
    for each in given:
        try:
            constraints.append(float(each))
        except OverflowError:  # a whole number of too many digits
            constraints.append(inf if each > 0 else -inf)
        except (TypeError, ValueError):
            raise TypeError(
                f"constraints_func: expected numbers for trial {number}, got {each!r} among them."
            ) from None
    if any(map(isnan, constraints)):
        raise ValueError(
            f"constraints_func: expected numbers for trial {number}, got {(*constraints,)}. "
            f"Return a positive number where a constraint can't be computed."
        )
    return tuple(constraints)


def missing_constraints_message(
    trials: Iterable[FrozenTrial], has_function: bool, known: Collection[str] = ()
) -> str:
    """What to warn of if some completed trials lack constraints.

    Args:
        trials: Trials of a study.
        has_function: Whether constraints are given by a function.
        known: Names of constraints that trials need not have.

    Returns:
        A message about the first such trial, empty if there is none.
    """
    completed = [each for each in trials if each.state == TrialState.COMPLETE]
    stored = [{*stored_constraints(each)} for each in completed]
    names = set().union(*stored)
    for trial, constraints in zip(completed, stored, strict=True):
        lacking = sorted(names - constraints - {*known})
        if not names and has_function:
            return (
                f"Trial {trial.number} has no constraints although constraints_func is given: the "
                f"search does not see them. The sampler may be wrapped by one that does not call "
                f"after_trial."
            )
        if lacking and not constraints:
            return (
                f"Trial {trial.number} has no constraints though others have {sorted(names)}: for "
                f"the search it breaks them, for study.best_trials it does not. Set them in every "
                f"trial that returns a value."
            )
        if lacking:
            return (
                f"Trial {trial.number} lacks the constraint '{lacking[0]}', which others have: "
                f"only those that it has count. Set all of them in every trial that returns a "
                f"value."
            )
    return ""
