"""What the configurations of a study consist of."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.trials.stored import attribute_key
from optuna_nasbot.trials.stored import read_architecture
from optuna_nasbot.trials.values import has_value


@dataclass(frozen=True)
class Dimensions:
    """Networks and ordinary parameters that are searched together.

    Args:
        kinds: The kinds of the networks by name.
        parameters: The parameters by name.
    """

    kinds: Mapping[str, str]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all networks and parameters."""
        return (*self.kinds, *self.parameters)


def dimensions_of(
    trials: Sequence[FrozenTrial],
    asked: Mapping[str, str],
    distributions: Mapping[str, BaseDistribution],
) -> Dimensions:
    """The networks of the latest trial with a value, those that are asked for, and parameters.

    If a network is asked for, other networks are included only if all trials that have it have
    them, too: the others may not be asked for this time. Networks that can't be read are left out,
    as are parameters with a single value.

    Args:
        trials: The trials of a study.
        asked: The kinds of the networks that a trial asks for, by name.
        distributions: The distributions of the parameters.
    """
    kinds = dict(asked)
    latest = latest_with_value(trials)
    user_attrs = {} if latest is None else latest.user_attrs
    for name in names_among(user_attrs):
        if name not in kinds and _goes_with(name, asked, trials):
            try:
                network = read_architecture(user_attrs, name)
            except ArchitectureError:
                continue
            if network is not None:
                kinds[name] = network.kind
    parameters = {
        name: Parameter(distribution)
        for name, distribution in distributions.items()
        if not distribution.single()
    }
    return Dimensions(kinds, parameters)


def _goes_with(name: str, asked: Iterable[str], trials: Iterable[FrozenTrial]) -> bool:
    """Whether all trials with a value and the networks that are asked for have one of a name."""
    if not asked:
        return True
    wanted = [attribute_key(each) for each in asked]
    return all(
        attribute_key(name) in each.user_attrs
        for each in trials
        if has_value(each) and all(key in each.user_attrs for key in wanted)
    )


def latest_with_value(trials: Iterable[FrozenTrial]) -> FrozenTrial | None:
    """The trial with the largest number among those with a value, None if there is none."""
    return max(filter(has_value, trials), key=lambda trial: trial.number, default=None)
