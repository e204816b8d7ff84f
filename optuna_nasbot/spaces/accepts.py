"""A user's own hard limit: a function that says which networks belong to a space."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.printed import in_one_line
from optuna_nasbot.spaces.violation import Violation

Accepts = Callable[[Architecture], bool]
"""Whether a network belongs to a space."""

ACCEPTS = "accepts"
"""The name of the limit."""


def check_accepts(accepts: object) -> None:
    """Check the argument `accepts` of a space.

    Raises:
        TypeError: It is neither None nor a function, or can't be hashed.
    """
    if accepts is None:
        return
    if not callable(accepts):
        raise TypeError(
            f"accepts: expected a function that takes an Architecture and returns whether it "
            f"belongs to the space, got {shown(accepts)}."
        )
    if not isinstance(accepts, Hashable):
        raise TypeError(
            f"accepts: expected a function that can be hashed, since spaces are compared, got "
            f"{shown(accepts)}. Freeze its dataclass."
        )


def refusal(accepts: Accepts | None, architecture: Architecture) -> Violation | None:
    """The violation of a network that the function does not accept; None if it accepts it.

    Raises:
        TypeError: The function returns neither True nor False.
        RuntimeError: The function raises an exception.
    """
    if accepts is None:
        return None
    try:
        given = accepts(architecture)
    except Exception as error:  # whatever the user's code raises
        raise RuntimeError(
            f"accepts: expected the function to return True or False, but it raised "
            f"{type(error).__name__}: {error} for {_text(architecture)}."
        ) from error
    answer = listed(given)
    if not isinstance(answer, bool):
        raise TypeError(
            f"accepts: expected the function to return True or False, got {shown(given)} for "
            f"{_text(architecture)}."
        )
    return None if answer else Violation(ACCEPTS, "True", "False")


def _text(architecture: Architecture) -> str:
    """A network in messages."""
    return in_one_line(architecture.kind, architecture.layers, architecture.edges)
