"""Which trials of a study are best."""

from __future__ import annotations

from operator import attrgetter

from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.trials.stored import attribute_key


def ranked_trials(study: Study, name: str) -> list[FrozenTrial]:
    """The completed, feasible trials that carry a network of a name, the best first.

    Trials that break a constraint are not among them, as they are not among Optuna's best. Of a
    study with several objectives, whose trials have no order, those that no other trial is better
    than, in the order of their numbers.
    """
    if len(study.directions) > 1:
        trials = sorted(study.best_trials, key=attrgetter("number"))
    else:
        completed = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        is_larger_better = study.direction == StudyDirection.MAXIMIZE
        feasible = filter(is_feasible, completed)
        trials = sorted(feasible, key=attrgetter("value"), reverse=is_larger_better)
    return [trial for trial in trials if attribute_key(name) in trial.user_attrs]


def is_feasible(trial: FrozenTrial) -> bool:
    """Whether a trial satisfies all constraints, none of which is positive then."""
    return all(value <= 0 for value in stored_constraints(trial).values())
