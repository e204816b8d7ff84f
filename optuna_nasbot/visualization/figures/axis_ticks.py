"""Round numbers beside an axis that plotly does not draw."""

from __future__ import annotations

import math
from collections.abc import Iterator

_MOST = 6
"""Largest number of steps between the numbers of an axis."""
_ROUNDING = 1e-9
_PLAIN_LENGTH = 6
"""Characters of the longest number that is written out."""


def ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Multiples of a round number, 1, 2 or 5 times a power of ten, at most seven of them.

    Args:
        low: The lower end of the axis.
        high: The upper end, larger.
        whole: Whether only whole numbers make sense.
    """
    step = _round_step(high / _MOST - low / _MOST)  # the difference itself may overflow
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step - _ROUNDING), math.floor(high / step + _ROUNDING)
    return [step * count for count in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten; where there are few of them, round numbers between them as well.

    Args:
        low: The lower end of the axis, positive.
        high: The upper end, larger.
    """
    first, last = math.log10(low), math.log10(high)
    powers = range(math.ceil(first - _ROUNDING), math.floor(last + _ROUNDING) + 1)
    if len(powers) > 2:
        return [10.0**power for power in powers[:: -(-len(powers) // _MOST)]]
    found = [number for number in _one_two_five(first, last) if low <= number <= high]
    return found if len(found) > 1 else ticks(low, high)


def number_text(number: float) -> str:
    """A number in few characters: 0.001, 12000, 1.5e6, 1e-5."""
    plain = f"{number:.12g}"
    digits, _, exponent = f"{number:.11e}".partition("e")
    short = f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"
    return plain if len(plain) <= max(_PLAIN_LENGTH, len(short)) and "e" not in plain else short


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(
        factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - _ROUNDING)
    )


def _one_two_five(first: float, last: float) -> Iterator[float]:
    for power in range(math.floor(first), math.floor(last) + 1):
        yield from (factor * 10.0**power for factor in (1, 2, 5))
