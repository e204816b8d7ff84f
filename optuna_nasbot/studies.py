"""Networks of a study, for its owner: to enqueue, to add with their trials, and to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from math import isnan
from typing import Any
from typing import Literal
from typing import SupportsFloat
from typing import get_args

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.study import Study
from optuna.trial import BaseTrial
from optuna.trial import FrozenTrial
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.gp.study_surrogate import study_surrogate
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.requested import last_space
from optuna_nasbot.trials import architecture_attributes
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials import observe
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.trials.joint_parameters import study_dimensions
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.observations import configurations
from optuna_nasbot.trials.private_optuna import constraint_attributes
from optuna_nasbot.trials.private_optuna import enqueued_parameters
from optuna_nasbot.trials.ranking import ranked_trials
from optuna_nasbot.wrapped import user_attrs_of

BestBy = Literal["value", "posterior_mean"]


def enqueue_architecture(
    study: Study,
    architectures: Mapping[str, Architecture],
    params: Mapping[str, Any] | None = None,
    user_attrs: Mapping[str, Any] | None = None,
    skip_if_exists: bool = False,
) -> None:
    """Let one of the next trials try given networks.

    Args:
        study: The study.
        architectures: Networks by the names that the objective asks for.
        params: Values of ordinary parameters, as in `Study.enqueue_trial`.
        user_attrs: Further user attributes of the trial, besides those that store the networks.
        skip_if_exists: Do nothing if the study has a trial with isomorphic networks and equal
            parameters, finished or not. (`Study.enqueue_trial` would compare parameters only.)

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: A name is empty or has a colon, or `user_attrs` has a key that stores one of
            the networks.
        ArchitectureError: A network is too large to be stored, or is not of the space with which
            an objective of this process last asked for its name. Nothing is enqueued.
    """
    _check_study(study)
    if not isinstance(skip_if_exists, bool):
        raise TypeError(f"skip_if_exists: expected True or False, got {skip_if_exists!r}.")
    attributes = _attributes(architectures, user_attrs)
    if params is not None and not isinstance(params, Mapping):
        raise TypeError(f"params: expected a mapping from names to values, got {params!r}.")
    params = dict(params or {})
    for name, architecture in architectures.items():
        _check_of_last_space(study, name, architecture)
    if skip_if_exists and any(
        _is_same(trial, architectures, params) for trial in study.get_trials(deepcopy=False)
    ):
        return
    study.enqueue_trial(params, user_attrs=attributes)


def _check_of_last_space(study: Study, name: str, architecture: Architecture) -> None:
    space = last_space(study, name)
    if space is None:
        return
    try:
        space.operation_set  # noqa: B018 (raises)
    except ArchitectureError:  # Another space of its kind was made since.
        return
    try:
        space.check(architecture)
    except ArchitectureError as error:
        raise ArchitectureError(
            f"architectures[{name!r}]: expected a network of the space with which the objective "
            f"last asked for '{name}'. {error} Nothing was enqueued. If the objective will ask "
            f"with another space, use study.enqueue_trial(params, user_attrs="
            f"{{'architecture:{name}': architecture.to_dict()}})."
        ) from None


def _is_same(
    trial: FrozenTrial, architectures: Mapping[str, Architecture], params: Mapping[str, Any]
) -> bool:
    enqueued = enqueued_parameters(trial)
    enqueued = trial.params if enqueued is None else enqueued
    # A trial that has not finished may yet lack parameters.
    known = [enqueued, trial.params] if trial.state.is_finished() else [enqueued]
    if _as_stored(params) not in map(_as_stored, known):
        return False
    try:
        carried = {name: read_architecture(trial.user_attrs, name) for name in architectures}
    except ArchitectureError:
        return False
    return all(
        network is not None and network.canonical_hash() == architectures[name].canonical_hash()
        for name, network in carried.items()
    )


def _as_stored(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters as a database gives them back: lists for tuples."""
    try:
        stored: dict[str, Any] = json.loads(json.dumps(params))
    except (TypeError, ValueError):  # what JSON can't hold, Optuna keeps in memory only
        return params
    return stored


def create_architecture_trial(
    architectures: Mapping[str, Architecture],
    *,
    value: float | None = None,
    values: Sequence[float] | None = None,
    state: TrialState = TrialState.COMPLETE,
    params: dict[str, Any] | None = None,
    distributions: dict[str, BaseDistribution] | None = None,
    user_attrs: Mapping[str, Any] | None = None,
    intermediate_values: dict[int, float] | None = None,
    constraints: Mapping[str, float] | None = None,
) -> FrozenTrial:
    """A trial with given networks, for `Study.add_trial`: a warm start from earlier results.

    Args:
        architectures: Networks by name.
        value: Objective value.
        values: Objective values of a study with several objectives.
        state: State of the trial.
        params: Values of ordinary parameters, from which the model learns where parameters are
            searched together with the networks.
        distributions: Their distributions, one for each of them, as the objective asks for them.
        user_attrs: Further user attributes, besides those that store the networks.
        intermediate_values: Reported values by step.
        constraints: Constraints by name, where the objective sets some; 0 or less satisfies one.

    Returns:
        The trial.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: A name is empty or has a colon, `user_attrs` has a key that stores one of the
            networks, a parameter has no distribution, a constraint is NaN, a number is too large
            for a float, or Optuna refuses the trial.
        ArchitectureError: A network is too large to be stored.
    """
    if not isinstance(state, TrialState):
        raise TypeError(f"state: expected an optuna.trial.TrialState, got {state!r}.")
    if not (values is None or isinstance(values, Iterable)):
        raise TypeError(f"values: expected numbers, got {values!r}.")
    without = sorted((params or {}).keys() - (distributions or {}).keys())
    if without:
        raise ValueError(
            f"distributions: expected one for each of params, got none for {without}. Pass those "
            f"that the objective asks with, such as {{'lr': FloatDistribution(1e-4, 0.1, "
            f"log=True)}}."
        )
    return optuna.create_trial(
        state=state,
        value=None if value is None else _number("value", value),
        values=None if values is None else [_number("values", each) for each in values],
        params=params,
        distributions=distributions,
        user_attrs=_attributes(architectures, user_attrs),
        intermediate_values=intermediate_values,
        system_attrs=constraint_attributes(_constraints(constraints)),
    )


def _constraints(constraints: Mapping[str, float] | None) -> dict[str, float]:
    if constraints is None:
        return {}
    if not isinstance(constraints, Mapping) or not all(isinstance(k, str) for k in constraints):
        raise TypeError(
            f"constraints: expected numbers by the names of constraints, such as "
            f"{{'size': -2.0}}, got {constraints!r}."
        )
    numbers = {name: _number(f"constraints[{name!r}]", each) for name, each in constraints.items()}
    if missing := [name for name, number in numbers.items() if isnan(number)]:
        raise ValueError(f"constraints[{missing[0]!r}]: expected a number, got nan.")
    return numbers


def _number(name: str, value: SupportsFloat) -> float:
    if not isinstance(value, SupportsFloat):
        raise TypeError(f"{name}: expected a number, got {value!r}.")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name}: expected at most 1.8e308, got a larger number.") from None


def _attributes(
    architectures: Mapping[str, Architecture], user_attrs: Mapping[str, Any] | None
) -> dict[str, Any]:
    if not isinstance(architectures, Mapping) or not architectures:
        raise TypeError(
            "architectures: expected a mapping from names to architectures, such as "
            f"{{'net': architecture}}, got {shown(architectures)}."
        )
    if user_attrs is not None and not isinstance(user_attrs, Mapping):
        raise TypeError(f"user_attrs: expected a mapping, got {user_attrs!r}.")
    attributes = {}
    for name, architecture in architectures.items():
        if not isinstance(architecture, Architecture):
            raise TypeError(
                f"architectures[{name!r}]: expected an Architecture, "
                f"got {type(architecture).__name__}."
            )
        attributes.update(architecture_attributes(architecture, name))
    for key, value in (user_attrs or {}).items():
        if not isinstance(key, str):
            raise TypeError(f"user_attrs: expected strings as keys, got {key!r}.")
        if key in attributes:
            raise ValueError(
                f"user_attrs: expected no key that stores one of the networks, got '{key}'. "
                f"Leave it out."
            )
        attributes[key] = value
    return attributes


def get_architecture(trial: BaseTrial, name: str) -> Architecture:
    """The network that a trial carries.

    Args:
        trial: A trial, finished or running.
        name: The name under which the objective asked for the network.

    Returns:
        The network.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: The name is empty or has a colon.
        KeyError: The trial carries no network of this name.
        ArchitectureError: It can't be read.
    """
    user_attrs = user_attrs_of(trial)
    carried = read_architecture(user_attrs, name)
    if carried is None:
        raise KeyError(
            f"name: trial {trial.number} carries no architecture '{name}'. "
            f"Its user attributes are {sorted(user_attrs)}. A trial that ended before its "
            "objective asked for a network has none: leave such trials out."
        )
    return carried


def best_architecture(study: Study, name: str, *, by: BestBy = "value") -> Architecture:
    """The network of the best completed trial that carries one and satisfies all constraints.

    Args:
        study: A study with one objective.
        name: The name of the network.
        by: What makes a trial the best: its `"value"`, or the `"posterior_mean"` of its network
            and the parameters that are searched with it, under a model with the kernel of
            `NASBOTSampler()` that is fitted to all trials. Under noise the best of many values
            owes something to luck; the model also goes by the values of similar trials.

    Returns:
        The network.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: The name is empty or has a colon, `by` is something else, no such trial
            carries a network of this name, or the study has several objectives.
        ArchitectureError: The network of the best trial can't be read.
    """
    attribute_key(name)  # checks the name
    _check_study(study)
    if by not in get_args(BestBy):
        raise ValueError(f"by: expected one of {list(get_args(BestBy))}, got {by!r}.")
    if len(study.directions) > 1:
        raise ValueError(
            "study: expected one objective, since several have no best trial; use "
            "pareto_architectures."
        )
    ranked = ranked_trials(study, name)
    if not ranked:
        carried = {each for trial in study.trials for each in names_among(trial.user_attrs)}
        raise ValueError(
            f"name: no completed trial carries an architecture '{name}', or all such trials "
            f"break constraints. The names that trials carry are {sorted(carried)}."
        )
    best = get_architecture(ranked[0], name)
    return best if by == "value" else _largest_posterior_mean(study, name, ranked, best.kind)


def pareto_architectures(study: Study, name: str) -> list[Architecture]:
    """The networks of the trials that no other trial dominates.

    A trial dominates another one if it is better in some objective and worse in none. Only
    completed trials that satisfy all constraints count.

    Args:
        study: A study, as a rule with several objectives.
        name: The name of the networks.

    Returns:
        The networks, in the order of their trials: those of `Study.best_trials` in Optuna 5 that
        carry one of this name.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: The name is empty or has a colon.
        ArchitectureError: A network can't be read.
    """
    attribute_key(name)  # checks the name
    _check_study(study)
    ranked = ranked_trials(study, name)
    front = ranked if len(study.directions) > 1 else ranked[:1]
    return [get_architecture(trial, name) for trial in front]


def _largest_posterior_mean(
    study: Study, name: str, trials: Sequence[FrozenTrial], kind: str
) -> Architecture:
    """The network of a kind that the model expects most of, among those that trials carry."""
    all_trials = study.get_trials(deepcopy=False)
    dimensions = study_dimensions(all_trials, {name: kind})
    observed = observe(all_trials, study.directions, dimensions)
    tried = configurations(observed.finished)
    surrogate = study_surrogate(tried, Targets(observed.outcomes.values[:, 0]), dimensions)
    numbers = {trial.number for trial in trials}
    found = [
        each.configuration
        for each in observed.finished
        if each.trial.number in numbers and name in each.configuration.networks
    ]
    mean, _ = surrogate.predict(found)
    return found[int(np.argmax(mean))].networks[name]


def _check_study(study: object) -> None:
    if not isinstance(study, Study):
        raise TypeError(f"study: expected an Optuna study, got {study!r}.")
