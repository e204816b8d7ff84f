"""What a module computes in a forward pass."""

from __future__ import annotations

from typing import NamedTuple


class Work(NamedTuple):
    """What the linear maps and convolutions of a module compute for one example.

    Args:
        multiply_adds: Multiplications, each with an addition.
        activations: The number of values in their outputs.
    """

    multiply_adds: int
    activations: int
