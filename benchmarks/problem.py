"""What a benchmark asks searches to solve."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Literal

import optuna

from optuna_nasbot import Architecture
from optuna_nasbot.spaces import ArchitectureSpace

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something to find a good network for.

    Args:
        space: The search space.
        evaluate: What networks are worth; the tables are made of its values.
        direction: Whether larger or smaller values are better.
        start: The networks that every method begins with.
        observe: What searches see of a network, or of parameters that make none; None where they
            see its worth with Gaussian noise.
        noise_std: Standard deviation of this noise.
        failure_rate: The share of evaluations that fail by chance, those of the start left out.
        flattened: Makes the network of a trial out of ordinary parameters, for Optuna's own
            samplers; it returns None where parameters make no network. None where nobody
            flattened the space.
        flattened_params: Its inverse, for the start; None for a network that has no such
            parameters.
        impossible_value: The worth of parameters that make no network.
    """

    space: ArchitectureSpace
    evaluate: Callable[[Architecture], float]
    direction: Direction
    start: tuple[Architecture, ...]
    observe: Callable[[Architecture | None], float] | None = None
    noise_std: float = 0.0
    failure_rate: float = 0.0
    flattened: Callable[[optuna.trial.BaseTrial], Architecture | None] | None = None
    flattened_params: Callable[[Architecture], dict[str, Any] | None] | None = None
    impossible_value: float = math.nan


MakeProblem = Callable[[str, int], Problem]
"""(dataset, seed) -> problem; a function of a module or a partial of one, so that it can be sent
to other processes."""
