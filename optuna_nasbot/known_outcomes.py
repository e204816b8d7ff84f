"""What is known of the outcomes of trials before they are run, and whether they agree with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from optuna.trial import TrialState

from optuna_nasbot.acquisition.known import KnownFunction
from optuna_nasbot.acquisition.known import known_value
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials.configuration import of_networks

KnownFunctions = Mapping[int | str, KnownFunction]
"""Functions of networks by the position of an objective or the name of a constraint."""

_PRECISION = 1e-5
"""A relative difference that rounding makes, such as that of a value stored with single
precision."""


def allowed(
    networks: Sequence[Architecture], name: str, known: KnownFunctions
) -> Sequence[Architecture]:
    """Those of the networks with a name that satisfy what is known; all if none does."""
    satisfying = np.ones(len(networks), dtype=bool)
    for key, function in known.items():
        if isinstance(key, str):
            satisfying &= satisfies(of_networks(name, networks), key, function)
    chosen = [network for network, is_in in zip(networks, satisfying, strict=True) if is_in]
    return chosen or networks


def satisfies(
    tried: Sequence[Configuration], name: str, function: KnownFunction
) -> NDArray[np.bool_]:
    """Which of n configurations are known to satisfy a constraint, shape (n,)."""
    values = [known_value(repr(name), function, each) for each in tried]
    return np.array(values, dtype=float) <= 0


def disagreement(observed: Observations, known: KnownFunctions) -> str:
    """What to say where the latest completed trial has another value than what is known of it.

    Returns:
        A message, empty where they agree as far as single precision goes.
    """
    completed = (
        index
        for index, each in reversed([*enumerate(observed.finished)])
        if each.trial.state == TrialState.COMPLETE and each.configuration.networks
    )
    latest = next(completed, None)
    if latest is None:
        return ""
    outcomes, each = observed.outcomes, observed.finished[latest]
    for key, function in known.items():
        if isinstance(key, int):
            returned = float(outcomes.signs[key] * outcomes.values[latest, key])
        else:
            returned = float(outcomes.constraints.get(key, np.full(latest + 1, np.nan))[latest])
        expected = known_value(repr(key), function, each.configuration)
        if not math.isnan(returned) and not math.isclose(returned, expected, rel_tol=_PRECISION):
            what = "returned as this objective" if isinstance(key, int) else "set as it"
            return (
                f"known[{key!r}]: the function gives {expected:g} for trial {each.trial.number}, "
                f"and the objective {what} {returned:g}. The search goes by the function: let it "
                f"compute what the objective does, or leave it out of known."
            )
    return ""
