"""A network, and the edits that made it."""

from __future__ import annotations

from dataclasses import dataclass

from optuna_nasbot.architecture import Architecture


@dataclass(frozen=True)
class Candidate:
    """A network with the edits that made it.

    Args:
        network: The network.
        parent: Number of the trial whose network was edited; None if it was one of the initial
            pool.
        edits: Names of the edits, in the order in which they were made; empty for an
            unchanged network.
    """

    network: Architecture
    parent: int | None = None
    edits: tuple[str, ...] = ()

    def child(self, network: Architecture, edit: str) -> Candidate:
        """The network that one more edit makes."""
        return Candidate(network, self.parent, (*self.edits, edit))
