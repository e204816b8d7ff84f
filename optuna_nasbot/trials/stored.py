"""How a trial carries a network: as a user attribute, with a few numbers for tables beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import OperationSet
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.stored_form import MAX_BYTES

_PREFIX = "architecture:"
_CACHE_SIZE = 8192


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
    key = attribute_key(name)
    if key not in user_attrs:
        return None
    document = user_attrs[key]
    try:
        text = json.dumps(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArchitectureError(f"architecture: expected plain JSON. {error}") from None
    if len(text) > MAX_BYTES:
        raise ArchitectureError(
            f"architecture: expected at most {MAX_BYTES:,} bytes as JSON, got {len(text):,}."
        )
    architecture, operations = _decoded(text)
    if operations != architecture.operations:  # another set of operations got the kind since
        _decoded.cache_clear()
        architecture, _ = _decoded(text)
    return architecture


@lru_cache(maxsize=_CACHE_SIZE)
def _decoded(text: str) -> tuple[Architecture, OperationSet]:
    # A study is read for every suggestion: equal documents become the same object, which keeps
    # what was computed from it.
    architecture = Architecture.from_dict(json.loads(text))
    return architecture, architecture.operations
