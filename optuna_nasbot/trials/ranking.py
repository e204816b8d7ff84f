"""Which trials of a study are best."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.trials.fitness import is_non_dominated
from optuna_nasbot.trials.private_optuna import stored_constraints
from optuna_nasbot.trials.stored import attribute_key


def ranked_trials(study: Study, name: str) -> list[FrozenTrial]:
    """The completed, feasible trials that carry a network of a name, the best first.

    Trials that break a constraint are not among them, as they are not among Optuna's best. For a
    study with several objectives they are those that no other one dominates, in the order of their
    numbers.
    """
    completed = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    feasible = [trial for trial in completed if is_feasible(trial)]
    if len(study.directions) > 1:
        trials = _front(feasible, study.directions)
    else:
        is_larger_better = study.direction == StudyDirection.MAXIMIZE
        trials = sorted(feasible, key=attrgetter("value"), reverse=is_larger_better)
    return [trial for trial in trials if attribute_key(name) in trial.user_attrs]


def _front(
    trials: Sequence[FrozenTrial], directions: Sequence[StudyDirection]
) -> list[FrozenTrial]:
    """The trials that no other one dominates.

    `Study.best_trials` of Optuna 4 does not know the constraints that Optuna 5 stores.
    """
    signs = [1.0 if each == StudyDirection.MAXIMIZE else -1.0 for each in directions]
    values = np.array([trial.values for trial in trials]).reshape(-1, len(signs)) * signs
    return [trials[index] for index in np.flatnonzero(is_non_dominated(values)).tolist()]


def is_feasible(trial: FrozenTrial) -> bool:
    """Whether all constraints of a trial are 0 or less, which satisfies them.

    It breaks none that it lacks, as in Optuna 5. (`Study.best_trials` of Optuna 4 leaves out
    trials without constraints once others have some, `Study.best_trial` does not.)
    """
    return all(value <= 0 for value in stored_constraints(trial).values())
