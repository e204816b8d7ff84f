"""A drawing in characters, for terminals."""

from __future__ import annotations

from collections.abc import Sequence

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture.printed import mass_text
from optuna_nasbot.visualization.drawing.captions import captions
from optuna_nasbot.visualization.drawing.captions import headline
from optuna_nasbot.visualization.drawing.rails import rails


def to_text(
    architecture: Architecture,
    *,
    image_size: int | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
) -> str:
    """Draw a network in characters: one line a layer, its graph in front.

    The graph reads like a history in version control: a dot is a layer, the line below it is its
    output, and lines lead across to further layers that take it.

    Args:
        architecture: The network.
        image_size: Side of the images in pixels; without it the text says by how much images
            have shrunk. Only for networks that work on images.
        inputs: Features or channels of the input, to count parameters with `outputs`.
        outputs: Targets or classes.

    Returns:
        The lines: for each layer its number, label, image after it, mass, parameters if they are
        counted, and inputs.

    Raises:
        TypeError: An argument is of a wrong type, or only one of `inputs` and `outputs` is given.
        ValueError: A size is out of range, or `image_size` is given and the network has no images.
        ArchitectureError: `inputs` and `outputs` are given and the network is a cell.
    """
    texts = captions(architecture, image_size=image_size, inputs=inputs, outputs=outputs)
    columns = [
        ("", rails(architecture), "<"),
        ("", [str(index) for index in range(len(texts))], ">"),
        ("layer", [text.label for text in texts], "<"),
        ("image", [text.image for text in texts], "<"),
        ("mass", [mass_text(text.mass) for text in texts], ">"),
        (
            "parameters",
            ["" if text.parameters is None else f"{text.parameters:,}" for text in texts],
            ">",
        ),
        ("inputs", [", ".join(map(str, parents)) for parents in architecture.parents], "<"),
    ]
    return "\n".join([headline(architecture, texts), *_table(columns)])


def _table(columns: Sequence[tuple[str, Sequence[str], str]]) -> list[str]:
    """Lines of columns (head, entries, alignment), without those that are empty."""
    filled = [
        [f"{entry:{side}{max(map(len, (head, *entries)))}}" for entry in (head, *entries)]
        for head, entries, side in columns
        if any(entries)
    ]
    return ["  ".join(entries).rstrip() for entries in zip(*filled, strict=True)]
