"""The graph of a network in characters, beside a list of its layers."""

from __future__ import annotations

from optuna_nasbot.architecture import Architecture


def rails(architecture: Architecture) -> list[str]:
    """One line of box-drawing characters a layer, as version control shows a history.

    A layer is a dot. The line below it is its output, which runs down to the last layer that takes
    it; where another layer takes it, a line leads across. Lines that only cross have a gap.

    Args:
        architecture: The network.

    Returns:
        The lines, all of the same length.
    """
    lanes: list[int | None] = []  # the layer whose output runs in each lane
    drawn = []
    for layer, parents in enumerate(architecture.parents):
        done = {parent for parent in parents if architecture.children[parent][-1] == layer}
        taken = [lane for lane, source in enumerate(lanes) if source in parents]
        ending = [lane for lane in taken if lanes[lane] in done]
        free = [lane for lane, source in enumerate(lanes) if source is None]
        own = (ending or free or [len(lanes)])[0]
        if own == len(lanes):
            lanes.append(None)
        drawn.append(_line(lanes, own, taken, ending))
        for lane in ending:
            lanes[lane] = None
        lanes[own] = layer
    width = max(map(len, drawn))
    return [line.ljust(width) for line in drawn]


def _line(lanes: list[int | None], own: int, taken: list[int], ending: list[int]) -> str:
    left, right = min([own, *taken]), max([own, *taken])
    characters = []
    for lane, source in enumerate(lanes):
        if lane == own:
            character = "●"
        elif lane in taken:
            sides = (lane > left, lane < right)
            character = _TURNS[sides] if lane in ending else _BRANCHES[sides]
        elif source is not None:
            character = "│"
        else:
            character = "─" if left < lane < right else " "
        characters.append(character + ("─" if left <= lane < right else " "))
    return "".join(characters).rstrip()


# By whether the line leads on to the left and to the right.
_TURNS = {(True, False): "╯", (False, True): "╰", (True, True): "┴"}
_BRANCHES = {(True, False): "┤", (False, True): "├", (True, True): "┼"}
