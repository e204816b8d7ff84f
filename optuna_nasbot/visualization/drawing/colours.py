"""Groups of layers and their colours."""

from __future__ import annotations

import colorsys

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Operation
from optuna_nasbot.architecture.operation import INPUT
from optuna_nasbot.architecture.operation import OUTPUT
from optuna_nasbot.visualization.drawing.labels import printable

INK = "#1f2733"
WIRE = "#5b6675"
PAPER = "#ffffff"

ENDS = "input, output"
DECISION = "decision"

_NEUTRAL = "#7f8794"
_PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a6fc9")
"""Colour-blind people can tell these apart (after Okabe and Ito); further ones are computed."""
_GOLDEN = 0.618034


def layer_groups(architecture: Architecture) -> tuple[str, ...]:
    """What each layer is coloured by: the group of its operation, its label where it has none."""
    operations = architecture.operations
    groups = {label: _group(each) for label, each in operations.by_label.items()}
    groups |= {INPUT: ENDS, OUTPUT: ENDS}
    return tuple(groups.get(layer.label, DECISION) for layer in architecture.layers)


def groups_of(architecture: Architecture) -> dict[str, str]:
    """The groups that occur in a network and their colours, for a legend.

    A group has the same colour in all networks of a kind.
    """
    operations = architecture.operations
    all_groups = dict.fromkeys(map(_group, operations.operations))
    colours = {ENDS: _NEUTRAL, DECISION: "#b0413e"}
    colours |= {group: _colour(index) for index, group in enumerate(all_groups)}
    used = set(layer_groups(architecture))
    return {group: colour for group, colour in colours.items() if group in used}


def tint(colour: str, share: float) -> str:
    """A colour mixed with white.

    Args:
        colour: As in `"#0072b2"`.
        share: Share of the colour, from 0 to 1.
    """
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in parts)


def _group(operation: Operation) -> str:
    return printable(operation.group or operation.label)


def _colour(index: int) -> str:
    if index < len(_PALETTE):
        return _PALETTE[index]
    parts = colorsys.hls_to_rgb(index * _GOLDEN % 1, 0.45, 0.55)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)
