"""How a trial carries a network: as a user attribute, with a few numbers for tables beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass

_PREFIX = "architecture:"


def attribute_key(name: str) -> str:
    """The user attribute that holds the network of a name.

    Raises:
        TypeError: The name is no string.
        ValueError: It is empty or has a colon, which separates the parts of attribute keys.
    """
    if not isinstance(name, str):
        raise TypeError(f"name: expected a string, got {name!r}.")
    if not name or ":" in name:
        raise ValueError(f"name: expected a string without colons, not empty, got {name!r}.")
    return f"{_PREFIX}{name}"


def architecture_attributes(architecture: Architecture, name: str) -> dict[str, Any]:
    """The user attributes that store a network under a name.

    Raises:
        ArchitectureError: The network is too large to be stored.
    """
    key = attribute_key(name)
    return {
        key: architecture.to_dict(),
        f"{key}:n_layers": len(architecture.layers),
        f"{key}:mass": total_mass(architecture),
    }


def carried_architecture(user_attrs: Mapping[str, Any], name: str) -> Architecture | None:
    """The network that a trial carries under a name, None if it carries none.

    Raises:
        ArchitectureError: The stored form is damaged or of another format.
    """
    document = user_attrs.get(attribute_key(name))
    return None if document is None else Architecture.from_dict(document)
