"""The data sets as search problems: which networks, how trained, and what counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from typing import Literal

from real_sets import N_CLASSES
from training import CNN
from training import DECAYED_MLP
from training import MLP
from training import NEWS
from training import TUNED_DIGITS
from training import TUNED_PROTEIN
from training import Recipe

from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace


@dataclass(frozen=True, kw_only=True)
class Task:
    """How networks are judged on a data set.

    Args:
        space: The networks.
        recipe: How they are trained.
        cpu_seconds: How long a training may take.
        guess_error: The error without a network, of the mean target or of any class. It stands
            for failed trainings, and nothing counts as worse.
        is_log: Whether the loss is the logarithm of the error.
        n_trainings: How many trainings an evaluation takes the mean of.
    """

    space: MLPSpace | CNNSpace
    recipe: Recipe
    cpu_seconds: float
    guess_error: float
    is_log: bool
    n_trainings: int = 1

    def loss(self, error: float) -> float:
        """What searches minimise, of the error of one training; not finite if it failed."""
        error = min(error, self.guess_error) if math.isfinite(error) else self.guess_error
        return math.log(error) if self.is_log else error

    def error(self, loss: float) -> float:
        """The error that has a loss."""
        return math.exp(loss) if self.is_log else loss


WIDTH = 0.25
"""The share of its units that a network is trained with: all that two cores can afford."""

_REGRESSION = Task(
    space=MLPSpace(min_layers=4, max_layers=30, max_mass=5e6),
    recipe=MLP,
    cpu_seconds=30.0,
    guess_error=1.0,
    is_log=True,
)
_IMAGES = Task(
    # At a quarter of the width at least 8 filters: PyTorch 2.13 writes outside its memory with
    # fewer (oneDNN issue 6035).
    space=CNNSpace(image_size=16, min_units=32, max_layers=28, max_mass=1.7e6),
    recipe=CNN,
    cpu_seconds=90.0,
    guess_error=0.9,
    is_log=False,
)
NETWORK_TASKS = {
    "protein": _REGRESSION,
    "blog": replace(_REGRESSION, recipe=DECAYED_MLP),
    "naval": _REGRESSION,
    "indoor": replace(_REGRESSION, n_trainings=2),  # one says too little here
    "news": replace(_REGRESSION, recipe=NEWS),
    "cifar10": _IMAGES,
}
"""What searches of networks alone are tried on."""


def _small(task: Literal["regression", "classification"], inputs: int, outputs: int) -> MLPSpace:
    """Networks that take about a second to train, among them one with two layers of 256 units."""
    limits = {"min_layers": 4, "max_layers": 10, "max_units": 512, "max_parameters": 100_000}
    return MLPSpace(task=task, inputs=inputs, outputs=outputs, **limits)


JOINT_TASKS = {
    "protein-small": replace(_REGRESSION, space=_small("regression", 9, 1), recipe=TUNED_PROTEIN),
    "digits": replace(
        _REGRESSION,
        space=_small("classification", 64, N_CLASSES),
        recipe=TUNED_DIGITS,
        guess_error=math.log(N_CLASSES),
    ),
}
"""What searches of networks together with parameters are tried on."""

TASKS = {**NETWORK_TASKS, **JOINT_TASKS}
N_START = 10
"""All searches begin with so many networks of the initial pool."""
