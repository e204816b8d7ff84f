"""What a sampler is asked for: the rest of a trial's configuration, given all that is known."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.joint_space import JointSpace
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.search.proposal import proposals_of
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials import Configuration
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials import observe
from optuna_nasbot.trials.configuration import Key
from optuna_nasbot.trials.dimensions import dimensions_of
from optuna_nasbot.trials.joint_parameters import JointParameters
from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.observations import carried_networks
from optuna_nasbot.trials.observations import configurations
from optuna_nasbot.trials.observations import known_parameters
from optuna_nasbot.trials.plan import Plan
from optuna_nasbot.trials.plan import read_plan


@dataclass(frozen=True, eq=False)
class TrialRequest:
    """A running trial that wants a network, or its ordinary parameters.

    Args:
        trial: The trial.
        asked: The name of the network that it asks for; None if it asks for its parameters.
        observed: The other trials of the study.
        space: What may be proposed.
    """

    trial: FrozenTrial
    asked: str | None
    observed: Observations
    space: JointSpace

    @property
    def dimensions(self) -> Dimensions:
        """The networks and parameters that are searched together."""
        return self.observed.dimensions

    @cached_property
    def plan(self) -> Plan | None:
        """The trial's plan; None if it does not agree with what is known of the trial.

        It does not agree if something else was enqueued, if another network was chosen than the
        planned one, or if other parameters are searched by now.
        """
        plan = read_plan(self.trial, self.dimensions.parameters)
        carried = {name: each.canonical_hash() for name, each in self.space.networks.items()}
        agrees = (
            carried.items() <= plan.networks.items()
            and self.space.values.items() <= plan.parameters.items()
            and plan.parameters.keys() == self.dimensions.parameters.keys()
        )
        return plan if agrees else None

    @property
    def is_complete(self) -> bool:
        """Whether the answer makes the configuration complete.

        It does not where a network of another trial stands for one that is still to be asked for.
        """
        return not self.space.known

    @cached_property
    def has_several_networks(self) -> bool:
        """Whether trials of the study carry more than one network each."""
        trials = (self.trial, *(each.trial for each in self.observed.finished))
        return len(self.dimensions.kinds) > 1 or any(
            len(names_among(trial.user_attrs)) > 1 for trial in trials
        )

    @property
    def excluded(self) -> frozenset[Key]:
        """Keys of the configurations that are not worth a trial, none where more is to come.

        A trial that failed before it had all parameters would have failed with any.
        """
        if not self.is_complete:
            return frozenset()
        partial = (
            Configuration(each.networks, {**self.space.values, **each.parameters}).key
            for each in configurations(self.observed.failed)
        )
        return self.observed.excluded | frozenset(partial)

    def for_parameters(self) -> TrialRequest:
        """The request for the ordinary parameters, which are chosen before the network."""
        assert self.asked is not None
        known = {**self.space.known, **_tried(self.observed, [self.asked])}
        return replace(self, asked=None, space=replace(self.space, spaces={}, known=known))

    def given(self, parameters: Mapping[str, Any]) -> TrialRequest:
        """The request of a trial that has values of all parameters."""
        return replace(self, space=replace(self.space, values=parameters))

    @property
    def pool(self) -> Sequence[Architecture]:
        """Networks of the requested space to start from; none if parameters are requested.

        They are of all sizes if there are several objectives or constraints, or if trials have
        failed, as those of too large networks may.
        """
        if self.asked is None:
            return ()
        space, outcomes = self.space.spaces[self.asked], self.observed.outcomes
        weighs = outcomes.values.shape[1] > 1 or outcomes.constraints or self.observed.failed
        return space.pool_of_sizes if weighs else space.initial_pool

    def starts(self, rng: np.random.Generator) -> list[Proposal]:
        """The networks to start from, completed."""
        if self.asked is None:
            return []
        return self.space.completed(proposals_of(self.asked, map(Candidate, self.pool)), rng)

    @property
    def n_comparable(self) -> int:
        """How many trials with a network of the requested name have ended.

        All that have ended count if parameters are requested.
        """
        ended = (*self.observed.finished, *self.observed.failed)
        if self.asked is None:
            return len(ended)
        return sum(self.asked in each.configuration.networks for each in ended)

    def networks_of_some(self, n: int, rng: np.random.Generator) -> list[dict[str, Architecture]]:
        """Networks of all names that are still to be asked for, of n finished trials.

        The trials are drawn at random from those that have all these networks.
        """
        names = self.space.known
        tried = [each.networks for each in configurations(self.observed.finished)]
        whole = [networks for networks in tried if names.keys() <= networks.keys()]
        if not whole:
            return []
        drawn = rng.choice(len(whole), size=min(n, len(whole)), replace=False)
        return [{name: whole[index][name] for name in names} for index in drawn]

    def parents(
        self, targets: NDArray[np.float64], rng: np.random.Generator
    ) -> tuple[list[Proposal], NDArray[np.float64]]:
        """What the search starts from: the observed configurations of the space, completed.

        Where none is of the space, those of its initial pool.

        Args:
            targets: What the n finished trials are worth, larger is better, shape (n,).
            rng: Source of randomness.

        Returns:
            Proposals, and their fitness.
        """
        finished = self.observed.finished
        inside = [i for i, each in enumerate(finished) if each.configuration in self.space]
        if not inside and self.asked is not None:
            start = self.starts(rng)
            return start, np.zeros(len(start))
        found = [_as_proposal(finished[i]) for i in inside]
        return self.space.completed(found, rng), targets[inside]


def request_of(
    trials: Sequence[FrozenTrial],
    directions: Sequence[StudyDirection],
    number: int,
    spaces: Mapping[str, ArchitectureSpace],
    joint: JointParameters,
) -> TrialRequest:
    """Read what a trial asks for, and what is known.

    Args:
        trials: All trials of a study.
        directions: The directions of its objectives.
        number: The number of the trial.
        spaces: The space of the network that it asks for, by its name; empty if it asks for its
            parameters.
        joint: The parameters that are searched together with the networks.
    """
    own = next(each for each in trials if each.number == number)
    others = [each for each in trials if each.number != number]
    kinds = {name: space.operation_set.kind for name, space in spaces.items()}
    dimensions = dimensions_of(others, kinds, joint.distributions)
    others_kinds = {name: kind for name, kind in dimensions.kinds.items() if name not in spaces}
    try:
        carried = carried_networks(own, others_kinds)
    except ArchitectureError:  # whoever asks for it will be told
        carried = {}
    observed = observe(others, directions, dimensions)
    return TrialRequest(
        trial=own,
        asked=next(iter(spaces), None),
        observed=observed,
        space=JointSpace(
            spaces=spaces,
            networks=carried,
            known=_tried(observed, dimensions.kinds.keys() - spaces.keys() - carried.keys()),
            parameters=dimensions.parameters,
            values={
                **joint.fixed,
                **known_parameters(own, dimensions.parameters, with_plan=False),
            },
        ),
    )


def _tried(observed: Observations, names: Iterable[str]) -> dict[str, tuple[Candidate, ...]]:
    """The different networks of each name that finished trials have."""
    found: dict[str, dict[str, Candidate]] = {name: {} for name in sorted(names)}
    for each in observed.finished:
        for name, networks in found.items():
            network = each.configuration.networks.get(name)
            if network is not None:
                networks.setdefault(
                    network.canonical_hash(), Candidate(network, each.trial.number)
                )
    return {name: tuple(networks.values()) for name, networks in found.items()}


def _as_proposal(observation: Observation) -> Proposal:
    configuration, number = observation.configuration, observation.trial.number
    candidates = {name: Candidate(each, number) for name, each in configuration.networks.items()}
    return Proposal(candidates, configuration.parameters)
