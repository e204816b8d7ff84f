"""Objectives and constraints that are functions of the networks, known before they are trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials.configuration import Configuration

KnownFunction = Callable[..., float]
"""A function of an `Architecture`, or of networks by their names where a trial has several."""
Scale = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Known:
    """Predicts what is known.

    Args:
        what: What it is, for messages.
        function: Computes it.
        scale: Maps its values to those of the models, larger is better.
    """

    what: str
    function: KnownFunction
    scale: Scale

    def predict(
        self, candidates: Sequence[Configuration]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What candidates are known to have, and deviations of 0, each of shape (m,)."""
        values = np.array([known_value(self.what, self.function, each) for each in candidates])
        return self.scale(values), np.zeros(len(values))


def checked_known(known: object) -> dict[int | str, KnownFunction]:
    """The argument `known` of a sampler, checked.

    Raises:
        TypeError: It is no mapping from positions of objectives or names of constraints to
            functions.
    """
    if known is None:
        return {}
    if not isinstance(known, Mapping):
        raise TypeError(
            f"known: expected functions of a network by the position of an objective or the name "
            f"of a constraint, such as {{1: size}}, got {known!r}."
        )
    for key, function in known.items():
        is_key = isinstance(key, int | str) and not isinstance(key, bool)
        if not is_key or not callable(function):
            raise TypeError(
                f"known: expected functions by the position of an objective (a whole number) or "
                f"the name of a constraint (a string), got {key!r}: {function!r}."
            )
    return dict(known)


def check_positions(known: Mapping[int | str, KnownFunction], n_objectives: int) -> None:
    """Check that functions are of objectives that a study has.

    Raises:
        ValueError: One is not.
    """
    beyond = [key for key in known if isinstance(key, int) and not 0 <= key < n_objectives]
    if beyond:
        raise ValueError(
            f"known: expected positions of objectives from 0 to {n_objectives - 1}, since the "
            f"study has {n_objectives}, got {beyond[0]}. Constraints are named by strings."
        )


def known_value(what: str, function: KnownFunction, configuration: Configuration) -> float:
    """What a function gives for the networks of a configuration.

    Args:
        what: What it is, for messages.
        function: The function.
        configuration: The configuration, with at least one network.

    Raises:
        RuntimeError: The function raises.
        TypeError: It gives no number.
        ValueError: It gives no finite number.
    """
    networks = configuration.networks
    given: Architecture | Mapping[str, Architecture]
    given = next(iter(networks.values())) if len(networks) == 1 else networks
    try:
        value: Any = function(given)
    except Exception as error:  # whatever the user's code raises
        raise RuntimeError(
            f"known[{what}]: expected a number of the function, and it raised "
            f"{type(error).__name__}: {error} for {given}"
        ) from error
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"known[{what}]: expected a number of the function, got {value!r} of it for {given}"
        ) from None
    if not math.isfinite(number):
        raise ValueError(
            f"known[{what}]: expected a finite number of the function, got {number} for {given}"
        )
    return number
