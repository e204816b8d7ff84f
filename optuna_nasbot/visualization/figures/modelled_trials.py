"""The trials that the sampler's model is fitted to, and the model."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study

from optuna_nasbot.gp.study_surrogate import study_surrogate
from optuna_nasbot.gp.surrogate import Surrogate
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import observe
from optuna_nasbot.trials.joint_parameters import study_dimensions
from optuna_nasbot.trials.observations import configurations
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization.figures.tried_networks import Target
from optuna_nasbot.visualization.figures.tried_networks import TriedNetworks

FEWEST_MODELLED = 3
"""With fewer trials there is nothing to see of a model."""


@dataclass(frozen=True, eq=False)
class ModelledTrials:
    """Trials of a study as the sampler's model sees them.

    Attributes:
        of: n trials with a value that carry a network of a name. Without a target of the user's,
            pruned ones are among them, and values are those that the sampler gives them.
        dimensions: The networks and parameters that are searched together.
        configurations: What the trials tried of these, n of them.
    """

    of: TriedNetworks
    dimensions: Dimensions
    configurations: tuple[Configuration, ...]

    def chosen(self, indices: Sequence[int] | NDArray[np.intp]) -> ModelledTrials:
        """Some of them, by their positions."""
        tried = tuple(self.configurations[index] for index in indices)
        return replace(self, of=self.of.chosen(indices), configurations=tried)

    @cached_property
    def targets(self) -> Targets:
        """What the model is fitted to."""
        return Targets(self.of.sign * self.of.values)

    @cached_property
    def surrogate(self) -> Surrogate:
        """The model, which needs at least one trial."""
        return study_surrogate(self.configurations, self.targets, self.dimensions)


def modelled_trials(
    study: Study, found: TriedNetworks, name: str, target: Target | None
) -> ModelledTrials:
    """The trials of a figure that the model is fitted to.

    Args:
        study: The study.
        found: Its networks of a name.
        name: The name.
        target: What is shown of completed trials, None for their values.
    """
    kinds = {name: found.networks[0].kind} if found.networks else {}
    dimensions = study_dimensions(study.get_trials(deepcopy=False), kinds)
    observed = observe(found.trials, study.directions[:1], dimensions)
    position = {trial.number: index for index, trial in enumerate(found.trials)}
    kept = [position[each.trial.number] for each in observed.finished]
    of, tried = found.chosen(kept), configurations(observed.finished)
    if target is None:
        return ModelledTrials(
            replace(of, values=of.sign * observed.outcomes.values[:, 0]), dimensions, tried
        )
    return ModelledTrials(of, dimensions, tried).chosen(np.flatnonzero(np.isfinite(of.values)))


def chosen_parameters(
    parameters: Mapping[str, Parameter], params: Sequence[str] | None
) -> dict[str, Parameter]:
    """The parameters that a figure is asked for.

    Args:
        parameters: Those that are searched together with the networks.
        params: Names of some, at least one; None for all.

    Raises:
        TypeError: `params` is not a list of strings.
        ValueError: It is empty or names others.
    """
    if params is None:
        return dict(parameters)
    is_list = isinstance(params, Sequence) and not isinstance(params, str)
    if not is_list or not all(isinstance(each, str) for each in params):
        raise TypeError(f"params: expected a list of names, got {params!r}.")
    if not params:
        raise ValueError("params: expected at least one name, got none.")
    if others := [each for each in params if each not in parameters]:
        raise ValueError(
            f"params: expected some of {[*parameters]}, which the latest trial with a value has "
            f"besides its networks, got {others}."
        )
    return {name: parameters[name] for name in params}
