"""The best networks of a study, in the order in which readers look at them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

from optuna.study import Study
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials.observations import read_trials
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.visualization.evenly import evenly

MAX_DRAWN = 10
"""Networks that are drawn: more would bury what they have in common."""


@dataclass(frozen=True, eq=False)
class BestNetworks:
    """The best trials of a study whose networks can be read.

    Attributes:
        trials: n trials, the best first; those of a Pareto front by their first objective.
        networks: Their networks.
        is_front: Whether they are a Pareto front.
        unreadable: The numbers of trials whose networks can't be read, which are left out.
    """

    trials: tuple[FrozenTrial, ...]
    networks: tuple[Architecture, ...]
    is_front: bool
    unreadable: tuple[int, ...]

    @property
    def some(self) -> BestNetworks:
        """The ten best, or ten spread evenly along the front, with its ends; all if fewer."""
        n = len(self.trials)
        kept = evenly(n, MAX_DRAWN) if self.is_front else range(min(n, MAX_DRAWN))
        return replace(
            self,
            trials=tuple(self.trials[index] for index in kept),
            networks=tuple(self.networks[index] for index in kept),
        )


def best_networks(study: Study, name: str) -> BestNetworks:
    """The best completed, feasible trials of a study that carry a network of a name."""
    trials = ranked_trials(study, name)
    is_front = len(study.directions) > 1
    if is_front:
        sign = -1.0 if study.directions[0] == StudyDirection.MAXIMIZE else 1.0
        trials = sorted(trials, key=lambda trial: sign * trial.values[0])
    readable, damaged = read_trials(trials, name)
    return BestNetworks(
        tuple(each.trial for each in readable),
        tuple(each.configuration.networks[name] for each in readable),
        is_front,
        tuple(damaged),
    )
