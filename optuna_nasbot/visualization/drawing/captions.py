"""What a drawing says of each layer."""

from __future__ import annotations

from dataclasses import dataclass

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.architecture.architecture import check_architecture
from optuna_nasbot.architecture.arguments import MAX_SIZE
from optuna_nasbot.architecture.arguments import check_whole
from optuna_nasbot.architecture.errors import shown
from optuna_nasbot.architecture.printed import mass_text
from optuna_nasbot.visualization.drawing.colours import layer_groups
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.layer_parameters import layer_parameters


@dataclass(frozen=True)
class Caption:
    """What a drawing says of a layer.

    Args:
        label: What it does, with units and stride.
        image: The size of its output, empty where that is no image.
        group: What it is coloured by.
        mass: Its mass.
        parameters: How many it has; None where they are not counted.
        lines: What stands in its box.
        details: What is shown on hovering it.
    """

    label: str
    image: str
    group: str
    mass: float
    parameters: int | None
    lines: tuple[str, ...]
    details: tuple[str, ...]


def captions(
    architecture: Architecture,
    *,
    image_size: int | None,
    inputs: int | None,
    outputs: int | None,
) -> tuple[Caption, ...]:
    """The captions of all layers, for the arguments of `draw`."""
    check_architecture(architecture)
    texts = []
    for index, (layer, image, group, mass, parameters) in enumerate(
        zip(
            architecture.layers,
            _images(architecture, image_size),
            layer_groups(architecture),
            layer_masses(architecture),
            layer_parameters(architecture, inputs, outputs),
            strict=True,
        )
    ):
        label = printable(str(layer))
        details = [f"layer {index}: {label}", f"mass {mass:,.6g}"]
        if parameters is not None:
            details.append(f"{parameters:,} parameters")
        if image:
            details.append(f"image {image}")
        lines = (shortened(label), image) if image else (shortened(label),)
        texts.append(Caption(label, image, group, mass, parameters, lines, tuple(details)))
    return tuple(texts)


def headline(architecture: Architecture, texts: tuple[Caption, ...]) -> str:
    """What the whole network is, in a line."""
    parts = [
        printable(architecture.kind),
        f"{len(architecture.layers)} layers",
        f"{len(architecture.edges)} edges",
        f"mass {mass_text(sum(text.mass for text in texts))}",
    ]
    counts = [text.parameters for text in texts if text.parameters is not None]
    if counts:
        parts.append(f"{sum(counts):,} parameters")
    return " · ".join(parts)


def _images(architecture: Architecture, image_size: int | None) -> list[str]:
    """The size of the image after each layer, empty where there is none."""
    if image_size is not None:
        image_size = check_whole("image_size", image_size, 1, MAX_SIZE)
    if architecture.image_sizes is None:
        if image_size is not None:
            raise ValueError(
                f"image_size: expected None, since networks of kind '{architecture.kind}' do not "
                f"work on images, got {image_size}."
            )
        return [""] * len(architecture.layers)
    _, after = architecture.image_sizes
    return ["" if factor is None else _image(factor, image_size) for factor in after]


def _image(factor: int, image_size: int | None) -> str:
    if image_size is None:
        return f"1:{shown(factor)}"
    side = -(-image_size // factor)  # halving rounds up
    return f"{side}×{side}"
