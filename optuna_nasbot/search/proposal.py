"""A configuration that may be suggested, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.trials.configuration import Configuration
from optuna_nasbot.trials.configuration import Key


@dataclass(frozen=True)
class Proposal:
    """Networks and ordinary parameters for one trial.

    Args:
        candidates: The networks by name, with the edits that made them.
        parameters: The ordinary parameters by name.
    """

    candidates: Mapping[str, Candidate]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def configuration(self) -> Configuration:
        """The configuration alone."""
        networks = {name: each.network for name, each in self.candidates.items()}
        return Configuration(networks, self.parameters)

    def with_network(self, name: str, candidate: Candidate) -> Proposal:
        """The proposal with another network of a name."""
        return Proposal({**self.candidates, name: candidate}, self.parameters)

    def with_parameters(self, changed: Mapping[str, Any]) -> Proposal:
        """The proposal with other values of some parameters."""
        return Proposal(self.candidates, {**self.parameters, **changed})

    @property
    def key(self) -> Key:
        """The identity of the configuration."""
        return self.configuration.key


def configurations_of(proposals: Iterable[Proposal]) -> list[Configuration]:
    """The configurations alone."""
    return [proposal.configuration for proposal in proposals]


def proposals_of(name: str, candidates: Iterable[Candidate]) -> list[Proposal]:
    """Proposals of one network each, under a name."""
    return [Proposal({name: candidate}) for candidate in candidates]
