from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization.drawing.rails import rails


def edges_read(lines: list[str]) -> list[tuple[int, int]]:
    """The edges that a reader sees, who follows the lines downwards."""
    running: dict[int, int] = {}
    edges = []
    for layer, line in enumerate(lines):
        lanes = line[::2]
        for lane, character in enumerate(lanes):
            assert character in ("● ─│╯╰┴┤├┼" if lane in running else "● ─"), line
            if character in "╯╰┴┤├┼" or (character == "●" and lane in running):
                edges.append((running[lane], layer))
            if character in "╯╰┴●":
                running.pop(lane, None)
            else:
                assert lane not in running or character not in " ─", line
        touched = [lane for lane, character in enumerate(lanes) if character in "●╯╰┴┤├┼"]
        across = line[2 * touched[0] : 2 * touched[-1]]
        assert set(across[1::2]) <= {"─"}, line
        running[lanes.index("●")] = layer
    return sorted(edges)


@given(data=st.data())
@settings(max_examples=100)
def test_the_edges_can_be_read(networks, data: st.DataObject) -> None:
    network = data.draw(networks)
    lines = rails(network)
    assert len({len(line) for line in lines}) == 1
    assert edges_read(lines) == sorted(network.edges)


def test_known_networks(known: Architecture) -> None:
    assert edges_read(rails(known)) == sorted(known.edges)


def test_example() -> None:
    layers = (Layer("ip"), *[Layer("relu", 8)] * 4, Layer("linear"), Layer("op"))
    chain = pairwise(range(7))
    network = Architecture(layers, (*chain, (0, 4), (1, 3), (1, 5)), "mlp-reg")
    assert [line.rstrip() for line in rails(network)] == [
        "●",
        "├─●",
        "│ ├─●",
        "│ ├─●",
        "●─│─╯",
        "●─╯",
        "●",
    ]
