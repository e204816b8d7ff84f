"""The one exception of architecture graphs."""

from __future__ import annotations


class ArchitectureError(ValueError):
    """A graph that is not a network: the message says where, what was expected and what came."""
