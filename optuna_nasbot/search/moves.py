"""The moves of the search: what can be made of a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.mutation import EDIT_COUNT_PROBABILITIES
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.mutation import one_edit_neighbours
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.parameters import Parameter

_N_NEIGHBOURS = 20
"""How many random steps of its parameters stand for all neighbours of a proposal."""
_N_REFINED = 10
"""How many refined proposals are made of one."""
_SHARE_ANYWHERE = 1 / 7
"""The share of steps that lead to anywhere on the scale."""
_STEP_POWERS = (-2.0, -0.5)
"""Powers of ten between which the size of a step lies, on a scale from 0 to 1."""


class Moves(Protocol):
    """What can be made of a proposal; what is made stays within the search spaces."""

    def neighbours(
        self, parent: Proposal, rng: np.random.Generator, at_most: int | None = None
    ) -> list[Proposal]:
        """Different proposals that are one step away, in random order, all or a given number."""

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        """A proposal that is some random steps away, 1, 2, ... with these probabilities."""

    def refined(self, parent: Proposal, size: float, rng: np.random.Generator) -> list[Proposal]:
        """Proposals whose numeric parameters differ a little, none if there are none to change.

        On a grid that is coarser than the step they mostly stay as they are.

        Args:
            parent: The proposal.
            size: The standard deviation of a step, on scales from 0 to 1.
            rng: Source of randomness.
        """
        return []


@dataclass(frozen=True)
class NetworkMoves(Moves):
    """Edits of the network with a name.

    Args:
        name: The name of the network.
        space: Its search space.
    """

    name: str
    space: ArchitectureSpace

    def neighbours(
        self, parent: Proposal, rng: np.random.Generator, at_most: int | None = None
    ) -> list[Proposal]:
        network = parent.candidates[self.name]
        found = one_edit_neighbours(network, self.space, rng, at_most)
        return [parent.with_network(self.name, each) for each in found]

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        network = parent.candidates[self.name]
        child = mutate(network, self.space, rng, count_probabilities)
        return parent.with_network(self.name, child)


@dataclass(frozen=True)
class KnownNetworkMoves(Moves):
    """Other networks of the study, in place of the one with a name.

    An objective that asks for parameters first has not said yet what the space of its network is.

    Args:
        name: The name of the network.
        networks: What to choose from, at least one.
    """

    name: str
    networks: tuple[Candidate, ...]

    def neighbours(
        self, parent: Proposal, rng: np.random.Generator, at_most: int | None = None
    ) -> list[Proposal]:
        order = rng.permutation(len(self.networks))[:at_most]
        return [parent.with_network(self.name, self.networks[index]) for index in order]

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        drawn = self.networks[int(rng.integers(len(self.networks)))]
        return parent.with_network(self.name, drawn)


@dataclass(frozen=True)
class ParameterMoves(Moves):
    """Steps of ordinary parameters.

    A child differs in each parameter with probability 1/2, and in at least one. A number makes a
    normal step on the scale [0, 1] of its distribution, with a standard deviation from 0.01 to
    0.32 (log-uniform), or now and then a step to anywhere on it. A category becomes another one.

    Args:
        parameters: The parameters by name.
    """

    parameters: Mapping[str, Parameter]

    def neighbours(
        self, parent: Proposal, rng: np.random.Generator, at_most: int | None = None
    ) -> list[Proposal]:
        n = _N_NEIGHBOURS if at_most is None else at_most
        return [self.child(parent, rng) for _ in range(n)] if self.parameters else []

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        names = list(self.parameters)
        if not names:
            return parent
        is_changed = rng.random(len(names)) < 0.5
        is_changed[int(rng.integers(len(names)))] = True
        size = 10.0 ** rng.uniform(*_STEP_POWERS)
        changed = [name for name, changes in zip(names, is_changed, strict=True) if changes]
        return parent.with_parameters(
            {name: self._step(name, parent.parameters[name], size, rng) for name in changed}
        )

    def refined(self, parent: Proposal, size: float, rng: np.random.Generator) -> list[Proposal]:
        numbers = {name: each for name, each in self.parameters.items() if not each.is_category}
        if not numbers:
            return []
        steps = size * rng.standard_normal((_N_REFINED, len(numbers)))
        scaled = np.array([each.scaled(parent.parameters[name]) for name, each in numbers.items()])
        return [
            parent.with_parameters(
                {
                    name: each.value(position)
                    for (name, each), position in zip(numbers.items(), positions, strict=True)
                }
            )
            for positions in scaled + steps
        ]

    def _step(self, name: str, value: Any, size: float, rng: np.random.Generator) -> Any:
        parameter = self.parameters[name]
        if parameter.is_category:
            return parameter.other_choice(value, rng)
        if rng.random() < _SHARE_ANYWHERE:
            return parameter.moved(value, rng.random() - parameter.scaled(value))
        return parameter.moved(value, size * rng.standard_normal())


@dataclass(frozen=True)
class JointMoves(Moves):
    """Moves of networks, of the parameters, and of both.

    Args:
        networks: The moves of each network that may change.
        parameters: The moves of the parameters that may change.
    """

    networks: tuple[Moves, ...]
    parameters: ParameterMoves

    def neighbours(
        self, parent: Proposal, rng: np.random.Generator, at_most: int | None = None
    ) -> list[Proposal]:
        found = [
            neighbour
            for moves in self.networks
            for neighbour in moves.neighbours(parent, rng, at_most)
        ]
        # Every other one has the parameters of its parent.
        found = [
            each if index % 2 else self.parameters.child(each, rng)
            for index, each in enumerate(found)
        ]
        found += self.parameters.neighbours(parent, rng, len(found) // 2 or at_most)
        order = rng.permutation(len(found))[:at_most]
        return [found[index] for index in order]

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        """A child whose networks differ, or its parameters, or both: each in a third of cases."""
        what = rng.choice(("networks", "parameters", "both"))
        changes_networks = what != "parameters" or not self.parameters.parameters
        changes_parameters = what != "networks" or not self.networks
        child = parent
        if self.networks and changes_networks:
            moves = self.networks[int(rng.integers(len(self.networks)))]
            child = moves.child(child, rng, count_probabilities)
        return self.parameters.child(child, rng) if changes_parameters else child

    def refined(self, parent: Proposal, size: float, rng: np.random.Generator) -> list[Proposal]:
        return self.parameters.refined(parent, size, rng)
