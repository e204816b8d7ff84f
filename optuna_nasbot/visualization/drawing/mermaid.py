"""A network as a Mermaid flowchart."""

from __future__ import annotations

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.visualization.drawing.captions import Caption
from optuna_nasbot.visualization.drawing.captions import captions
from optuna_nasbot.visualization.drawing.colours import INK
from optuna_nasbot.visualization.drawing.colours import groups_of
from optuna_nasbot.visualization.drawing.colours import tint


def to_mermaid(architecture: Architecture, *, image_size: int | None = None) -> str:
    """Draw a network as a Mermaid flowchart, which GitHub and GitLab show in Markdown files.

    Args:
        architecture: The network.
        image_size: Side of the images in pixels; without it the drawing says by how much images
            have shrunk. Only for networks that work on images.

    Returns:
        The flowchart, to stand in a code block of the language `mermaid`.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: `image_size` is out of range, or given and the network has no images.
    """
    texts = captions(architecture, image_size=image_size, inputs=None, outputs=None)
    lines = ["flowchart TD"]
    lines += [f"    layer{index}{_box(text)}" for index, text in enumerate(texts)]
    lines += [f"    layer{start} --> layer{end}" for start, end in architecture.edges]
    for number, (group, colour) in enumerate(groups_of(architecture).items()):
        members = ",".join(
            f"layer{index}" for index, text in enumerate(texts) if text.group == group
        )
        style = f"fill:{tint(colour, 0.25)},stroke:{colour},color:{INK}"
        lines += [f"    classDef group{number} {style}", f"    class {members} group{number}"]
    return "\n".join(lines) + "\n"


def _box(text: Caption) -> str:
    label = "<br/>".join(map(_escaped, text.lines))
    return f'["{label}"]'


def _escaped(text: str) -> str:
    """Letters, digits and a few harmless characters as they are, all others by their number."""
    return "".join(
        each if each.isalnum() or each in " -_/:×…." else f"#{ord(each)};" for each in text
    )
