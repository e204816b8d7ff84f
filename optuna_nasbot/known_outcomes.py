"""Objectives and constraints that can be computed from a network before it is trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from optuna.trial import TrialState

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture.printed import in_one_line
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.private_optuna import stored_constraints

KnownFunction = Callable[..., float]
"""A function of an `Architecture`, or of networks by their names where trials have several."""
KnownFunctions = Mapping[int | str, KnownFunction]
"""Functions by the position of an objective or the name of a constraint."""

_PRECISION = 1e-5
"""A relative difference that rounding makes, such as that of a value stored with single
precision."""
_ZERO = 1e-12
"""An absolute difference that rounding makes of a value of 0."""
_MAX_REMEMBERED = 20_000
"""Values. Candidates of one suggestion are some hundreds."""


class KnownOutcomes:
    """Functions in place of models. What they gave for a network is remembered.

    Args:
        functions: The argument `known` of a sampler.

    Raises:
        TypeError: It is not a mapping from positions of objectives or names of constraints to
            functions.
    """

    def __init__(self, functions: object) -> None:
        self._functions = _checked({} if functions is None else functions)
        self._remembered: dict[Any, float] = {}
        self.constraints = [key for key in self._functions if isinstance(key, str)]

    def __contains__(self, key: int | str) -> bool:
        return key in self._functions

    def check_positions(self, n_objectives: int) -> None:
        """Check that functions are of objectives that a study has.

        Raises:
            ValueError: One is not.
        """
        positions = [key for key in self._functions if isinstance(key, int)]
        beyond = [key for key in positions if not 0 <= key < n_objectives]
        if beyond:
            raise ValueError(
                f"known: expected positions of objectives from 0 to {n_objectives - 1}, since the "
                f"study has {n_objectives}, got {beyond[0]}. Constraints are named by strings."
            )

    def value(self, key: int | str, networks: Mapping[str, Architecture], by_name: bool) -> float:
        """What a function gives.

        Args:
            key: Which function.
            networks: Networks by name, at least one.
            by_name: Whether the function gets the mapping, or its only network.

        Raises:
            RuntimeError: The function raises.
            TypeError: It gives no number.
            ValueError: It gives no finite number.
        """
        hashes = (each.canonical_hash() for each in networks.values())
        asked = key, by_name, tuple(sorted(zip(networks, hashes, strict=True)))
        if asked not in self._remembered:
            given = networks if by_name else next(iter(networks.values()))
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[asked] = _number_of(key, self._functions[key], given)
        return self._remembered[asked]

    def allowed(self, networks: Sequence[Architecture], name: str) -> Sequence[Architecture]:
        """Those of some networks with a name that satisfy all constraints; all if none does."""
        chosen = [
            network
            for network in networks
            if all(self.value(key, {name: network}, False) <= 0 for key in self.constraints)
        ]
        return chosen or networks

    def entered(self, observed: Observations, by_name: bool) -> Observations:
        """The observations, with the constraints in their outcomes as they are known."""
        constraints = {
            key: np.array(
                [self.value(key, _readable_networks(each), by_name) for each in observed.finished],
                dtype=float,
            )
            for key in self.constraints
        }
        outcomes = observed.outcomes
        all_constraints = {**outcomes.constraints, **constraints}
        return replace(observed, outcomes=replace(outcomes, constraints=all_constraints))

    def disagreement(self, observed: Observations, by_name: bool) -> str:
        """What to warn of if the latest completed trial has another value than a function gives.

        Returns:
            A message, empty where they agree as far as single precision goes.
        """
        completed = [e for e in observed.finished if e.trial.state == TrialState.COMPLETE]
        if not completed:
            return ""
        latest, trial = completed[-1], completed[-1].trial
        constraints = stored_constraints(trial)
        for key in self._functions:
            if isinstance(key, str) and key not in constraints:
                continue
            told = trial.values[key] if isinstance(key, int) else constraints[key]
            expected = self.value(key, _readable_networks(latest), by_name)
            if not math.isclose(told, expected, rel_tol=_PRECISION, abs_tol=_ZERO):
                verb = "returned" if isinstance(key, int) else "set"
                return (
                    f"known[{key!r}]: the function gives {expected:g} for trial {trial.number}, "
                    f"and the objective {verb} {told:g}. The search goes by the function: let it "
                    f"compute what the objective does, or leave it out of known."
                )
        return ""


def _checked(functions: object) -> dict[int | str, KnownFunction]:
    """The functions of the argument `known`."""
    if not isinstance(functions, Mapping):
        raise TypeError(
            f"known: expected functions of a network by the position of an objective or the name "
            f"of a constraint, such as {{1: size}}, got {functions!r}."
        )
    for key, function in functions.items():
        is_key = isinstance(key, int | str) and not isinstance(key, bool)
        if not is_key or not callable(function):
            raise TypeError(
                f"known: expected functions by the position of an objective (a whole number) or "
                f"the name of a constraint (a string), got {key!r}: {function!r}."
            )
    return dict(functions)


def _number_of(
    key: int | str, function: KnownFunction, given: Architecture | Mapping[str, Architecture]
) -> float:
    """What a function gives for networks, a finite number."""
    try:
        value: Any = function(given)
    except Exception as error:  # whatever the user's code raises
        raise RuntimeError(
            f"known[{key!r}]: expected the function to return a number, and it raised "
            f"{type(error).__name__}: {error}. It was asked for {_text(given)}."
        ) from error
    try:
        if isinstance(value, str):  # which float would read
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"known[{key!r}]: expected the function to return a number, got {value!r} for "
            f"{_text(given)}."
        ) from None
    except OverflowError:  # a whole number of too many digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(
            f"known[{key!r}]: expected the function to return a finite number, got {number} for "
            f"{_text(given)}."
        )
    return number


def _text(given: Architecture | Mapping[str, Architecture]) -> str:
    """What a function was given, for messages."""
    if isinstance(given, Architecture):
        return in_one_line(given.kind, given.layers, given.edges)
    return f"networks {sorted(given)}"


def _readable_networks(observation: Observation) -> dict[str, Architecture]:
    """All networks of a trial that can be read, also those that are not searched any more."""
    networks, attributes = dict(observation.configuration.networks), observation.trial.user_attrs
    for name in names_among(attributes):
        if name not in networks:
            try:
                network = read_architecture(attributes, name)
            except ArchitectureError:
                continue
            if network is not None:
                networks[name] = network
    return networks
