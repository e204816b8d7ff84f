"""One layer of an architecture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """A layer of a network: what it does, how wide it is, and how far it strides.

    Args:
        label: The operation, for instance `"conv3"`, `"relu"`, `"ip"`.
        units: Number of units or filters; None for labels that have none.
        stride: Stride of a convolution, 1 or 2; None for labels that have none.
    """

    label: str
    units: int | None = None
    stride: int | None = None

    def __str__(self) -> str:
        units = "" if self.units is None else f"-{self.units}"
        return f"{self.label}{units}{'/2' if self.stride == 2 else ''}"
