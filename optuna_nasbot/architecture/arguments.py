"""How arguments that are numbers or names are checked."""

from __future__ import annotations

import math
import operator
from numbers import Real
from typing import Any

from optuna_nasbot.architecture.errors import shown

MAX_MASS = 1e100
"""With no larger masses, their sums and products are finite."""
MAX_SIZE = 2**31 - 1
"""More features, channels, outputs or pixels than any data have, yet safe to count with."""


def listed(value: Any) -> Any:
    """Arrays and scalars of NumPy or PyTorch as lists and plain numbers; all else as it came."""
    return value if isinstance(value, type) or not hasattr(value, "tolist") else value.tolist()


def as_whole(value: object) -> int | None:
    """A whole number of Python, NumPy or PyTorch as an `int`; None for anything else.

    Booleans are not whole numbers, nor are floats that happen to be whole.
    """
    if type(value) is int:  # nearly all
        return value
    plain = listed(value)
    if isinstance(plain, bool):
        return None
    try:
        return operator.index(plain)
    except TypeError:
        return None


def check_whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return an argument as an `int` after a check; see `as_whole`.

    Args:
        name: The argument's name, for the message.
        value: What came.
        least: Least value allowed.
        most: Largest value allowed; None means no bound.

    Returns:
        The value.

    Raises:
        TypeError: It is not a whole number.
        ValueError: It is less than `least` or more than `most`.
    """
    whole = as_whole(value)
    if whole is None:
        raise TypeError(f"{name}: expected a whole number, got {shown(value)}.")
    if whole < least:
        raise ValueError(f"{name}: expected at least {least}, got {shown(whole)}.")
    if most is not None and whole > most:
        raise ValueError(f"{name}: expected at most {most:,}, got {shown(whole)}.")
    return whole


def check_number(name: str, value: object) -> float:
    """Return an argument as a `float` after a check; one that is too large becomes infinite.

    Raises:
        TypeError: It is not a number.
    """
    number = listed(value)
    if not isinstance(number, Real) or isinstance(number, bool):
        raise TypeError(f"{name}: expected a number, got {shown(value)}.")
    try:
        return float(number)
    except OverflowError:
        return -math.inf if number < 0 else math.inf


def check_share(name: str, value: object) -> float:
    """Return a share of a whole as a `float` after a check.

    Raises:
        TypeError: It is not a number.
        ValueError: It is negative, or not below 1.
    """
    share = check_number(name, value)
    if not 0 <= share < 1:
        raise ValueError(f"{name}: expected a number from 0 to below 1, got {shown(value)}.")
    return share


def check_mass(name: str, value: object) -> float:
    """Return a mass as a `float` after a check.

    Raises:
        TypeError: It is not a number.
        ValueError: It is negative, NaN, or so large that sums of masses could overflow.
    """
    mass = check_number(name, value)
    if not 0 <= mass < math.inf:
        raise ValueError(f"{name}: expected a finite mass of at least 0, got {shown(value)}.")
    if mass > MAX_MASS:
        raise ValueError(f"{name}: expected a mass of at most {MAX_MASS:g}, got {shown(value)}.")
    return mass


def check_name(name: str, value: object) -> str:
    """Return an argument as a plain `str` (NumPy has a subclass) after a check.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty or consists of spaces.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {shown(value)}.")
    if not value.strip():
        raise ValueError(f"{name}: expected a string that is not empty, got {value!r}.")
    return str.__str__(value)
