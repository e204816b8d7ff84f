"""How arguments that are whole numbers are checked."""

from __future__ import annotations

from numbers import Integral

from optuna_nasbot.architecture.errors import shown


def check_whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return an argument as an `int` (NumPy's integers are whole numbers, too) after a check.

    Args:
        name: The argument's name, for the message.
        value: What came.
        least: Least value allowed.
        most: Largest value allowed; None is no bound.

    Returns:
        The value.

    Raises:
        TypeError: It is no whole number.
        ValueError: It is less than `least` or more than `most`.
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name}: expected a whole number, got {shown(value)}.")
    whole = int(value)
    if whole < least:
        raise ValueError(f"{name}: expected at least {least}, got {shown(whole)}.")
    if most is not None and whole > most:
        raise ValueError(f"{name}: expected at most {most:,}, got {shown(whole)}.")
    return whole
