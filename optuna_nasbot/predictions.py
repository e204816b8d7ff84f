"""What is predicted of a study: a model of each objective and constraint, unless it is known."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.acquisition.criterion import Predictions
from optuna_nasbot.acquisition.criterion import Predictor
from optuna_nasbot.acquisition.known import Known
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.gp.targets import Transform
from optuna_nasbot.gp.warping import warp_among
from optuna_nasbot.known_outcomes import KnownFunctions
from optuna_nasbot.known_outcomes import satisfies
from optuna_nasbot.trial_request import TrialRequest
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials.observations import configurations

_MAX_UNFINISHED = 100
"""How many running and how many failed networks the models take note of, the latest ones: those of
workers that were killed run forever. Older ones are not suggested again either."""
_N_SUBSTITUTES = 5
"""How many networks that were tried stand for one that is still to be chosen."""
_BEYOND = 1.0
"""How far beyond the worst targets the reference point of hypervolumes is, in deviations."""


def predictions(
    request: TrialRequest,
    fitter_of: Callable[[str], SurrogateFitter],
    known: KnownFunctions,
    transform: Transform,
    rng: np.random.Generator,
) -> Predictions:
    """Predict the objectives and constraints of a study.

    Args:
        request: What a trial asks for, and what is observed.
        fitter_of: What fits the model of an objective or a constraint, by its name.
        known: What needs no model.
        transform: Maps the values of an objective to what is modelled.
        rng: Source of randomness.
    """
    observed, outcomes = request.observed, request.observed.outcomes
    running = configurations(observed.running[-_MAX_UNFINISHED:])
    failed = configurations(observed.failed[-_MAX_UNFINISHED:])
    others = [] if request.is_complete else request.networks_of_some(_N_SUBSTITUTES, rng)

    def model_of(
        name: str,
        tried: Sequence[Observation],
        targets: Targets,
        failed: Sequence[Configuration] = (),
    ) -> Surrogate:
        surrogate = fitter_of(name).fit(configurations(tried), targets, failed)
        return surrogate.of_networks_to_come(others).hallucinate(running)

    objectives: list[Predictor] = []
    targets = [Targets(values, transform) for values in outcomes.values.T]
    for index, (each, sign) in enumerate(zip(targets, outcomes.signs, strict=True)):
        if index in known:
            objectives.append(Known(str(index), known[index], _on_scale_of(each, sign)))
        else:
            objectives.append(model_of(str(index), observed.finished, each, failed))
    constraints: list[Predictor] = []
    limits = []
    for name, values in outcomes.constraints.items():
        if name not in known:
            having = np.flatnonzero(~np.isnan(values))
            tried = [observed.finished[index] for index in having]
            margins = Targets(-values[having], _scores_of_margins)
            constraints.append(model_of(f"constraint {name}", tried, margins))
            limits.append(warp_among(margins.values, 0.0)[1])
    found = np.column_stack([each.all for each in targets])
    is_feasible = outcomes.is_feasible
    for key, function in known.items():
        if isinstance(key, str):
            constraints.append(Known(repr(key), function, np.negative))
            limits.append(0.0)
            is_feasible = is_feasible & satisfies(configurations(observed.finished), key, function)
    return Predictions(
        objectives=objectives,
        constraints=constraints,
        limits=np.array(limits),
        front=found[is_feasible],
        reference=found.min(axis=0) - _BEYOND,
    )


def _on_scale_of(
    targets: Targets, sign: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda values: targets.targets_of(sign * values)


def _scores_of_margins(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far constraints are from their limits, as their models see it."""
    return warp_among(margins, 0.0)[0]
