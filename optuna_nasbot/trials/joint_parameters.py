"""Which ordinary parameters are searched together with the networks."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from optuna_nasbot.trials.dimensions import Dimensions
from optuna_nasbot.trials.dimensions import dimensions_of
from optuna_nasbot.trials.dimensions import latest_with_value
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.trials.values import has_value


@dataclass(frozen=True)
class JointParameters:
    """The ordinary parameters that are searched together with the networks.

    Args:
        distributions: Their distributions by name.
        fixed: The values of those that the next trial can't vary, though earlier trials did.
    """

    distributions: Mapping[str, BaseDistribution] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def free(self) -> dict[str, BaseDistribution]:
        """Those that the next trial can vary."""
        return {n: each for n, each in self.distributions.items() if n not in self.fixed}

    def asked_for(
        self,
        searched: Mapping[str, BaseDistribution],
        fixed: Mapping[str, Any],
        trials: Sequence[FrozenTrial],
    ) -> JointParameters:
        """Those that a sampler is asked for, and those that are fixed after they have varied.

        Args:
            searched: The distributions of what the sampler is asked for, by name.
            fixed: Fixed values by name, of any parameters.
            trials: The trials of the study.
        """
        held = {
            name: value
            for name, value in fixed.items()
            if name in self.distributions
            and Parameter(self.distributions[name]).holds(value)
            and _have_others(trials, name, value)
        }
        held = {**self.fixed, **held}
        kept = {n: each for n, each in self.distributions.items() if n in held or n in searched}
        return JointParameters({**kept, **searched}, held)


def joint_parameters(trials: Sequence[FrozenTrial]) -> JointParameters:
    """The parameters that the latest trial with a value has, none if it has no networks.

    One that has a single value by now is left out, unless earlier trials had others: then leaving
    it out would turn its effects into noise. It is treated as if its range were still that of the
    latest such trial.

    Args:
        trials: The trials of a study.
    """
    latest = latest_with_value(trials)
    if latest is None or not names_among(latest.user_attrs):
        return JointParameters()
    distributions, fixed = {}, {}
    for name, distribution in latest.distributions.items():
        if not distribution.single():
            distributions[name] = distribution
        elif (earlier := _range_before(trials, name, latest.params[name])) is not None:
            distributions[name], fixed[name] = earlier, latest.params[name]
    return JointParameters(distributions, fixed)


def study_dimensions(trials: Sequence[FrozenTrial], kinds: Mapping[str, str]) -> Dimensions:
    """What the samplers would search together next, besides the networks of some names.

    Args:
        trials: The trials of a study.
        kinds: The kinds of those networks by name.
    """
    return dimensions_of(trials, kinds, joint_parameters(trials).distributions)


def _range_before(trials: Sequence[FrozenTrial], name: str, value: Any) -> BaseDistribution | None:
    """The distribution of the latest trial whose parameter could have this and other values."""
    observed = (each.distributions for each in reversed(trials) if has_value(each))
    ranges = (each[name] for each in observed if name in each)
    wider = (each for each in ranges if not each.single() and Parameter(each).holds(value))
    return next(wider, None)


def _have_others(trials: Sequence[FrozenTrial], name: str, value: Any) -> bool:
    """Whether trials with a value have other values of a parameter than this."""
    return any(has_value(each) and each.params.get(name, value) != value for each in trials)
