"""What the model expects along a parameter, all else being equal."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import CategoricalDistribution

from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.modelled_trials import ModelledTrials

_N_POINTS = 65


@dataclass(frozen=True, eq=False)
class ModelSlice:
    """What m values of a parameter are expected to give, in units of the objective.

    Attributes:
        values: The values of the parameter.
        middle: The posterior mean, computed on the scale of the model, shape (m,).
        lower: The lower end of the band of two standard deviations around it, shape (m,).
        upper: The upper end of the band, shape (m,).
    """

    values: tuple[Any, ...]
    middle: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def model_slice(modelled: ModelledTrials, at: Configuration, name: str) -> ModelSlice:
    """What the model expects of values of a parameter in the place of that of a configuration.

    Args:
        modelled: The trials and the model.
        at: The configuration.
        name: The name of the parameter.
    """
    values = _spread_values(modelled.dimensions.parameters[name])
    mean, std = modelled.surrogate.predict(
        [replace(at, parameters={**at.parameters, name: value}) for value in values]
    )
    sign = modelled.of.sign
    ends = [
        sign * modelled.targets.values_of(mean + 2 * sign * shift * std) for shift in (-1, 0, 1)
    ]
    lower, middle, upper = ends
    return ModelSlice(values, middle, lower, upper)


def _spread_values(parameter: Parameter) -> tuple[Any, ...]:
    """All categories, or numbers spread as the distribution has it, all of a short grid."""
    if isinstance(parameter.distribution, CategoricalDistribution):
        return parameter.distribution.choices
    numbers = (parameter.value(each) for each in np.linspace(0.0, 1.0, _N_POINTS).tolist())
    return tuple(dict.fromkeys(numbers))
