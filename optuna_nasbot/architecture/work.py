"""What a module computes in a forward pass."""

from __future__ import annotations

from typing import NamedTuple


class Work(NamedTuple):
    """What linear maps and convolutions compute for one example.

    Args:
        multiply_adds: Multiplications with an addition each.
        activations: Values that they put out.
    """

    multiply_adds: int
    activations: int
