"""The configuration of a trial: its networks and its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from optuna_nasbot.architecture import Architecture

Key = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""The identity of a configuration: can be hashed and sorted, and is the same in every process."""


@dataclass(frozen=True, eq=False)
class Configuration:
    """Networks and ordinary parameters that one trial tries together.

    Args:
        networks: The networks by name.
        parameters: The ordinary parameters by name.
    """

    networks: Mapping[str, Architecture]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> Key:
        """The canonical hashes of the networks and the parameters, both in the order of names."""
        networks = sorted((name, each.canonical_hash()) for name, each in self.networks.items())
        parameters = sorted((name, repr(value)) for name, value in self.parameters.items())
        return tuple(networks), tuple(parameters)


def of_networks(name: str, networks: Iterable[Architecture]) -> list[Configuration]:
    """Configurations of one network each, under a name."""
    return [Configuration({name: network}) for network in networks]
