"""An architecture as text."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture.layer import Layer
from optuna_nasbot.architecture.topology import Edges
from optuna_nasbot.architecture.topology import Neighbours


def as_table(
    kind: str, layers: Sequence[Layer], parents: Neighbours, masses: Sequence[float]
) -> str:
    """A table with a line for each layer: number, label with units and stride, mass, parents."""
    head = (
        f"{kind} architecture: {len(layers)} layers, {sum(map(len, parents))} edges, "
        f"mass {mass_text(sum(masses))}"
    )
    width = max(len(str(layer)) for layer in layers)
    lines = [
        f"{index:4d}  {layer!s:<{width}}  mass {mass_text(mass):>12}"
        + (f"  <- {', '.join(map(str, feeding))}" if feeding else "")
        for index, (layer, mass, feeding) in enumerate(zip(layers, masses, parents, strict=True))
    ]
    return "\n".join([head, *lines])


def mass_text(mass: float) -> str:
    """A mass as a whole number, or with four significant digits if it is below 10."""
    return f"{mass:,.4g}" if mass < 10 else f"{mass:,.0f}"


def in_one_line(kind: str, layers: Sequence[Layer], edges: Edges) -> str:
    """A network in one line, for messages."""
    labels = ", ".join(map(str, layers))
    pairs = ", ".join(f"{start}-{end}" for start, end in edges)
    return (
        f"the network of kind '{kind}' with the layers {labels} and the edges {pairs}, numbered "
        "from 0"
    )
