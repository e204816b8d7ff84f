"""A view that compares the ordinary parameters of configurations."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.gp.views.view import View
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.parameters import Parameter


@dataclass(frozen=True, eq=False)
class ParameterView(View):
    """Squared differences of scaled numbers, and 0 or 1 for categories; one for each parameter.

    Numbers are scaled to [0, 1] by their distributions. All dissimilarities are divided by their
    means over values drawn from the distributions. For a parameter that a configuration lacks, its
    distance from all others is 0; see `MissingView`.

    Args:
        parameters: The parameters by name.
    """

    parameters: Mapping[str, Parameter]

    def __len__(self) -> int:
        return len(self.parameters)

    def part(self, configuration: Configuration) -> int:
        return id(configuration.parameters)

    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        found = np.empty((len(self), len(a), len(b)))
        for index, (name, parameter) in enumerate(self.parameters.items()):
            rows, columns = (_scaled(name, parameter, part) for part in (a, b))
            difference = rows[:, None] - columns[None, :]
            different = difference != 0 if parameter.is_category else np.square(difference)
            found[index] = different / parameter.mean_difference
            found[index][np.isnan(difference)] = 0.0
        return found


def _scaled(
    name: str, parameter: Parameter, configurations: Sequence[Configuration]
) -> NDArray[np.float64]:
    """The values of n configurations on the scale of the parameter; NaN where one lacks it."""
    return np.array(
        [
            parameter.scaled(each.parameters[name]) if name in each.parameters else np.nan
            for each in configurations
        ],
        dtype=float,
    )
