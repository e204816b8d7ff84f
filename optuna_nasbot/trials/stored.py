"""How a trial carries a network: as a user attribute, with a few numbers for tables next to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.operation_set import Grammar
from optuna_nasbot.architecture.register import grammar_of
from optuna_nasbot.architecture.stored_form import MAX_BYTES
from optuna_nasbot.architecture.stored_form import check_format

_PREFIX = "architecture:"
_CACHE_SIZE = 8192


def attribute_key(name: str) -> str:
    """The user attribute that holds the network of a name.

    Raises:
        TypeError: The name is not a string.
        ValueError: It is empty, has a colon, which separates the parts of attribute keys, or a
            lone surrogate, which no database stores.
    """
    if not isinstance(name, str):
        raise TypeError(f"name: expected a string, got {name!r}.")
    if not name or ":" in name:
        raise ValueError(f"name: expected a string without colons, not empty, got {name!r}.")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError(f"name: expected Unicode text, got {name!r}.") from None
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


def read_architecture(user_attrs: Mapping[str, Any], name: str) -> Architecture | None:
    """The network that a trial carries under a name, None if it carries none.

    Raises:
        ArchitectureError: The stored form is damaged or of another format.
    """
    key = attribute_key(name)
    if key not in user_attrs:
        return None
    return _decoded_document(_Document(user_attrs[key]))


class _Document:
    """A stored form that is equal only to itself: comparing two does not read them.

    It includes what its kind means in this thread, since another set of operations can get the
    same kind.
    """

    __slots__ = ("content", "grammar")

    def __init__(self, content: object) -> None:
        self.content = content
        self.grammar = grammar_of(content.get("kind") if isinstance(content, Mapping) else None)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Document)
            and self.content is other.content
            and self.grammar == other.grammar
        )

    def __hash__(self) -> int:
        return id(self.content)


def _as_text(document: object) -> str:
    """The document as JSON.

    Raises:
        ArchitectureError: It is not plain JSON, or larger than any that is stored.
    """
    too_large = f"architecture: expected at most {MAX_BYTES:,} bytes as JSON, got more."
    if not _may_be_small(document):
        raise ArchitectureError(too_large)
    try:
        text = json.dumps(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArchitectureError(f"architecture: expected plain JSON. {error}") from None
    if len(text) > MAX_BYTES:
        raise ArchitectureError(too_large)
    return text


def _may_be_small(document: object) -> bool:
    """Whether the text can be small enough, found without writing it.

    Each value takes at least a byte. In memory one list can stand in many places and is written
    each time: a few lists within each other can make endless text.
    """
    values, n_bytes = [document], 0
    for value in values:
        if isinstance(value, str):
            n_bytes += len(value)
        elif isinstance(value, dict):
            values += (*value, *value.values())
        elif isinstance(value, (list, tuple)):
            values += value
        if len(values) + n_bytes > MAX_BYTES:
            return False
    return True


# A study is read for every suggestion. Storages keep finished trials in the memory of a process,
# so that their documents are read once. The others come as new objects each time: equal documents
# become the same network, which keeps what was computed from it. Threads whose operations differ
# in their functions only share it: a network looks up its operations each time it needs them.
@lru_cache(maxsize=_CACHE_SIZE)
def _decoded_document(document: _Document) -> Architecture:
    check_format(document.content)  # a newer form may be larger than any of ours
    return _decoded(_as_text(document.content), document.grammar)


@lru_cache(maxsize=_CACHE_SIZE)
def _decoded(text: str, grammar: Grammar | None) -> Architecture:
    return Architecture.from_dict(json.loads(text))
