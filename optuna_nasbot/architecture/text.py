"""An architecture as text."""

from __future__ import annotations

from optuna_nasbot.architecture.cost import layer_masses
from optuna_nasbot.architecture.graph import Architecture


def as_text(architecture: Architecture) -> str:
    """A table with one line a layer: number, label with units and stride, mass, inputs."""
    masses = layer_masses(architecture)
    head = (
        f"{architecture.kind} architecture: {len(architecture.layers)} layers, "
        f"{len(architecture.edges)} edges, mass {sum(masses):,.0f}"
    )
    width = max(len(str(layer)) for layer in architecture.layers)
    lines = [
        f"{index:4d}  {layer!s:<{width}}  mass {mass:>12,.0f}"
        + (f"  <- {', '.join(map(str, parents))}" if parents else "")
        for index, (layer, mass, parents) in enumerate(
            zip(architecture.layers, masses, architecture.parents, strict=True)
        )
    ]
    return "\n".join([head, *lines])
