"""The moves of the search: what can be made of a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optuna_nasbot.search.candidate import Candidate
from optuna_nasbot.search.mutation import EDIT_COUNT_PROBABILITIES
from optuna_nasbot.search.mutation import mutate
from optuna_nasbot.search.mutation import one_edit_neighbours
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.spaces import ArchitectureSpace


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
        return [self._with(parent, each) for each in found]

    def child(
        self,
        parent: Proposal,
        rng: np.random.Generator,
        count_probabilities: Sequence[float] = EDIT_COUNT_PROBABILITIES,
    ) -> Proposal:
        network = parent.candidates[self.name]
        return self._with(parent, mutate(network, self.space, rng, count_probabilities))

    def _with(self, parent: Proposal, candidate: Candidate) -> Proposal:
        return Proposal({**parent.candidates, self.name: candidate}, parent.parameters)
