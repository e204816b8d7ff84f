"""One layer of an architecture."""

from __future__ import annotations

from dataclasses import dataclass

from optuna_nasbot.architecture.arguments import as_whole

_PLAIN = (int, type(None))


@dataclass(frozen=True)
class Layer:
    """A layer of a network: what it does, how wide it is, and how far it strides.

    Args:
        label: The operation, for instance `"conv3"`, `"relu"`, `"ip"`.
        units: Number of units or filters; None for labels that have none.
        stride: Stride of a convolution, 1 or 2; None for labels that have none.

    Numbers and strings of NumPy and PyTorch become plain ones. Whether label, units and stride fit
    together is checked when the layer becomes part of an `Architecture`.
    """

    label: str
    units: int | None = None
    stride: int | None = None

    def __post_init__(self) -> None:
        # A search makes many layers, nearly all with plain values, so that these are quick.
        if type(self.units) not in _PLAIN or type(self.stride) not in _PLAIN:
            for name in ("units", "stride"):
                whole = as_whole(getattr(self, name))
                if whole is not None:
                    object.__setattr__(self, name, whole)
        if type(self.label) is not str and isinstance(self.label, str):
            object.__setattr__(self, "label", str.__str__(self.label))

    def __str__(self) -> str:
        units = "" if self.units is None else f"-{self.units}"
        return f"{self.label}{units}{'/2' if self.stride == 2 else ''}"
