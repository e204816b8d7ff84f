"""A user's own hard limit: a function that says which networks a space has."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.arguments import listed
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.text import described
from optuna_nasbot.spaces.violation import Violation

Accepts = Callable[[Architecture], bool]
"""Whether a network is of a space."""

ACCEPTS = "accepts"
"""The name of the limit."""


def check_accepts(accepts: object) -> None:
    """Check a function that a space gets.

    Raises:
        TypeError: It is no function, or can't be hashed.
    """
    if accepts is None:
        return
    if not callable(accepts):
        raise TypeError(
            f"accepts: expected a function that says of an Architecture whether it is of the "
            f"space, got {shown(accepts)}."
        )
    if not isinstance(accepts, Hashable):
        raise TypeError(
            f"accepts: expected a function that can be hashed, since spaces are compared, got "
            f"{shown(accepts)}. Freeze its dataclass."
        )


def refusal(accepts: Accepts | None, architecture: Architecture) -> Violation | None:
    """What a network breaks that a function does not accept; None if it does.

    Raises:
        TypeError: The function gives neither True nor False.
        RuntimeError: The function raises.
    """
    if accepts is None:
        return None
    try:
        given = accepts(architecture)
    except Exception as error:  # whatever the user's code raises
        raise RuntimeError(
            f"accepts: expected True or False of the function, and it raised "
            f"{type(error).__name__}: {error} for {described(architecture)}."
        ) from error
    answer = listed(given)
    if not isinstance(answer, bool):
        raise TypeError(
            f"accepts: expected True or False of the function, got {shown(given)} of it for "
            f"{described(architecture)}."
        )
    return None if answer else Violation(ACCEPTS, "True", "False")
