"""An architecture as text."""

from __future__ import annotations

from optuna_nasbot.architecture.cost import layer_masses
from optuna_nasbot.architecture.graph import Architecture


def as_text(architecture: Architecture) -> str:
    """A table with a line for each layer: number, label with units and stride, mass, parents."""
    masses = layer_masses(architecture)
    head = (
        f"{architecture.kind} architecture: {len(architecture.layers)} layers, "
        f"{len(architecture.edges)} edges, mass {mass_text(sum(masses))}"
    )
    width = max(len(str(layer)) for layer in architecture.layers)
    lines = [
        f"{index:4d}  {layer!s:<{width}}  mass {mass_text(mass):>12}"
        + (f"  <- {', '.join(map(str, parents))}" if parents else "")
        for index, (layer, mass, parents) in enumerate(
            zip(architecture.layers, masses, architecture.parents, strict=True)
        )
    ]
    return "\n".join([head, *lines])


def mass_text(mass: float) -> str:
    """A mass as a whole number, or with four significant digits if it is below 10."""
    return f"{mass:,.4g}" if mass < 10 else f"{mass:,.0f}"


def described(architecture: Architecture) -> str:
    """A network in one line, for messages."""
    layers = ", ".join(map(str, architecture.layers))
    edges = ", ".join(f"{start}-{end}" for start, end in architecture.edges)
    return (
        f"the network of kind '{architecture.kind}' with the layers {layers} and the edges "
        f"{edges}, numbered from 0"
    )
