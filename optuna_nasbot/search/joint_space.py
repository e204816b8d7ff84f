"""What may be proposed for a trial: what is known of it, and what is searched."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.moves import JointMoves
from optuna_nasbot.search.moves import KnownNetworkMoves
from optuna_nasbot.search.moves import Moves
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.moves import ParameterMoves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.parameters import Parameter


@dataclass(frozen=True, eq=False)
class JointSpace:
    """The configurations that a trial can have.

    Args:
        spaces: The search spaces of the networks that it asks for, by name.
        networks: The networks that it carries already, by name.
        known: For all other names, what to choose from: networks that the study knows. Their
            spaces are not known before they are asked for.
        parameters: The ordinary parameters that are searched together with the networks.
        values: The values of those parameters whose values are known.
    """

    spaces: Mapping[str, ArchitectureSpace]
    networks: Mapping[str, Architecture] = field(default_factory=dict)
    known: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def moves(self) -> Moves:
        """What can be made of a configuration within the space."""
        free = {name: p for name, p in self.parameters.items() if name not in self.values}
        edits: list[Moves] = [NetworkMoves(name, space) for name, space in self.spaces.items()]
        edits += [KnownNetworkMoves(name, each) for name, each in self.known.items() if each]
        if len(edits) == 1 and not free:
            return edits[0]
        return JointMoves(tuple(edits), ParameterMoves(free))

    def __contains__(self, configuration: Configuration) -> bool:
        """Whether a configuration has networks of all spaces that are asked for."""
        networks = configuration.networks
        return all(
            name in networks and networks[name] in space for name, space in self.spaces.items()
        )

    def completed(self, proposals: Iterable[Proposal], rng: np.random.Generator) -> list[Proposal]:
        """Proposals in which what is known replaces what they have, and missing parts are random.

        Args:
            proposals: Proposals with networks of all spaces.
            rng: Source of randomness.
        """
        return [self._completed(each, rng) for each in proposals]

    def _completed(self, proposal: Proposal, rng: np.random.Generator) -> Proposal:
        candidates = dict(proposal.candidates)
        for name, known in self.known.items():
            if known and name not in candidates:
                candidates[name] = known[int(rng.integers(len(known)))]
        candidates |= {name: Candidate(network) for name, network in self.networks.items()}
        parameters = {}
        for name, parameter in self.parameters.items():
            if name in self.values:
                parameters[name] = self.values[name]
            elif name in proposal.parameters:
                parameters[name] = proposal.parameters[name]
            else:
                parameters[name] = parameter.drawn(rng)
        return Proposal(candidates, parameters)
