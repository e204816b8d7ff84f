"""What is predicted of a study: a model of each objective and constraint, unless it is known."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.acquisition.criterion import Predictor
from optuna_nasbot.acquisition.known import Known
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.targets import Transform
from optuna_nasbot.gp.warping import warp_among
from optuna_nasbot.known_outcomes import KnownOutcomes
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials.observations import configurations
from optuna_nasbot.trials.outcomes import LARGEST_CONSTRAINT
from optuna_nasbot.trials.plan import read_plan

_MAX_UNFINISHED = 100
"""How many running and how many failed trials the models consider, the latest ones: trials of
killed workers run forever. Configurations of older ones are not suggested again either."""
_N_SUBSTITUTES = 5
"""How many networks that were tried stand for one that is still to be chosen."""
_BEYOND = 1.0
"""How far beyond the worst targets the reference point of hypervolumes is, in deviations."""


@dataclass(frozen=True)
class _Models:
    """The models of a study.

    Args:
        fitter_of: What fits the model of an objective or a constraint, by its name.
        running: What is being tried.
        others: Networks that stand for those that are still to be chosen.
    """

    fitter_of: Callable[[str], SurrogateFitter]
    running: Sequence[Configuration]
    others: Sequence[Mapping[str, Architecture]]

    def of(self, name: str, tried: Sequence[Observation], targets: Targets) -> Surrogate:
        """The model of an objective or a constraint, fitted to trials and their targets."""
        surrogate = self.fitter_of(name).fit(configurations(tried), targets)
        return surrogate.of_networks_to_come(self.others).hallucinate(self.running)


def predictions(
    request: TrialRequest,
    fitter_of: Callable[[str], SurrogateFitter],
    known: KnownOutcomes,
    transform: Transform,
    rng: np.random.Generator,
) -> Predictions:
    """Predict the objectives and constraints of a study.

    Args:
        request: What a trial asks for, and what is observed.
        fitter_of: What fits the model of an objective or a constraint, by its name.
        known: What needs no model. Its constraints are among those that were observed.
        transform: Maps the values of an objective to what is modelled.
        rng: Source of randomness.
    """
    observed, outcomes = request.observed, request.observed.outcomes
    running = configurations(observed.running[-_MAX_UNFINISHED:])
    others = [] if request.is_complete else request.networks_of_some(_N_SUBSTITUTES, rng)
    models = _Models(fitter_of, running, others)
    targets = [Targets(values, transform) for values in outcomes.values.T]
    constraints = [*_constraints(request, models, known)]
    found = np.column_stack([each.all for each in targets])
    return Predictions(
        objectives=[*_objectives(request, targets, models, known)],
        constraints=[predictor for predictor, _ in constraints],
        limits=np.array([limit for _, limit in constraints]),
        front=found[outcomes.is_known_feasible],
        reference=found.min(axis=0, initial=0.0) - _BEYOND,
    )


def _objectives(
    request: TrialRequest, targets: Sequence[Targets], models: _Models, known: KnownOutcomes
) -> Iterator[Predictor]:
    """What predicts each objective; nothing while no trial has a value."""
    finished = request.observed.finished
    signs = request.observed.outcomes.signs if finished else ()
    for index, sign in enumerate(signs):
        if index in known:
            yield Known(_value(known, index, request), _on_scale_of(targets[index], sign))
        else:
            yield models.of(str(index), finished, targets[index])


def _constraints(
    request: TrialRequest, models: _Models, known: KnownOutcomes
) -> Iterator[tuple[Predictor, float]]:
    """What predicts each constraint, and the least value that satisfies it.

    Once a trial has failed, to end with a value is one more constraint.
    """
    observed = request.observed
    margins = []
    for name, values in observed.outcomes.constraints.items():
        if name in known:
            yield Known(_value(known, name, request), _margins), 0.0
        else:
            margins.append((f"constraint {name}", observed.finished, -values))
    if observed.failed:
        failed = [_as_planned(each, request) for each in observed.failed[-_MAX_UNFINISHED:]]
        has_value = np.repeat([1.0, -1.0], [len(observed.finished), len(failed)])
        margins.append(("failures", (*observed.finished, *failed), has_value))
    for name, trials, values in margins:
        having = np.flatnonzero(~np.isnan(values))
        targets = Targets(values[having], _scores_of_margins)
        limit = warp_among(targets.values, 0.0)[1]
        yield models.of(name, [trials[index] for index in having], targets), limit


def _as_planned(failed: Observation, request: TrialRequest) -> Observation:
    """A failed trial with the parameters that it was going to have.

    It may have failed before it asked for them, as trials do whose networks can't be built. Then
    it did not fail because it lacks them.
    """
    planned = read_plan(failed.trial, request.dimensions.parameters).parameters
    has = failed.configuration
    return replace(
        failed, configuration=Configuration(has.networks, {**planned, **has.parameters})
    )


def _value(
    known: KnownOutcomes, key: int | str, request: TrialRequest
) -> Callable[[Configuration], float]:
    """The function of an objective or a constraint, of configurations."""
    by_name = request.has_several_networks
    return lambda configuration: known.value(key, configuration.networks, by_name)


def _on_scale_of(
    targets: Targets, sign: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda values: targets.targets_of(sign * values)


def _margins(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far a known constraint is from its limit, clipped so that sums stay finite."""
    return np.clip(-values, -LARGEST_CONSTRAINT, LARGEST_CONSTRAINT)


def _scores_of_margins(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far constraints are from their limits, as their models see it."""
    return warp_among(margins, 0.0)[0]
