"""Where a suggested network comes from, as its trial notes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optuna_nasbot.trials.names import names_among
from optuna_nasbot.trials.stored import attribute_key

MAX_EDITS = 20
"""Of more edits the last ones are kept. A search makes eleven at most, unless it looks for the
last untried networks of a small space."""
_MAX_LENGTH = 40
_MAX_NUMBER = 2**63


@dataclass(frozen=True)
class Origin:
    """Which edits made a network, and of which one.

    Args:
        parent: Number of the trial whose network was edited; None if it was one of the initial
            pool.
        edits: Names of the edits, in the order in which they were made; empty for an
            unchanged network.
    """

    parent: int | None
    edits: tuple[str, ...]

    def __str__(self) -> str:
        start = "an initial network" if self.parent is None else f"trial {self.parent}'s network"
        if self.edits:
            return f"{start} after {', '.join(self.edits)}"
        return start if self.parent is None else f"{start}, with other parameters"


def origin_attributes(origin: Origin, name: str) -> dict[str, Any]:
    """The user attribute that stores the origin of the network of a name."""
    edits = [*origin.edits[-MAX_EDITS:]]
    return {_origin_key(name): {"edits": edits, "parent": origin.parent}}


def stored_origin(user_attrs: Mapping[str, Any], name: str) -> Origin | None:
    """The origin of the network of a name.

    Returns:
        The origin. None if it is damaged, or if the trial has none because its network was
        enqueued or comes from a sampler that notes none.
    """
    document = user_attrs.get(_origin_key(name))
    if not isinstance(document, Mapping):
        return None
    parent, edits = document.get("parent", "missing"), document.get("edits")
    if not isinstance(edits, (list, tuple)) or not all(map(_is_name, edits[-MAX_EDITS:])):
        return None
    if parent is not None and (type(parent) is not int or not 0 <= parent < _MAX_NUMBER):
        return None
    return Origin(parent, tuple(edits[-MAX_EDITS:]))


def has_origin(user_attrs: Mapping[str, Any]) -> bool:
    """Whether a sampler of this package chose one of the networks that a trial carries."""
    return any(stored_origin(user_attrs, name) is not None for name in names_among(user_attrs))


def _origin_key(name: str) -> str:
    return f"{attribute_key(name)}:origin"


def _is_name(edit: object) -> bool:
    return isinstance(edit, str) and len(edit) <= _MAX_LENGTH and edit.isidentifier()
