from __future__ import annotations

from collections import Counter
from itertools import combinations
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import Operation
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.visualization.drawing.drawing import Box
from optuna_nasbot.visualization.drawing.drawing import Drawing
from optuna_nasbot.visualization.drawing.drawing import Wire
from optuna_nasbot.visualization.drawing.drawing import control_points
from optuna_nasbot.visualization.drawing.layout import draw


def chain(n_hidden: int, kind: str = "mlp-reg") -> Architecture:
    hidden = [Layer("relu", 16 * (1 + index % 7)) for index in range(n_hidden)]
    layers = (Layer("ip"), *hidden, Layer("linear"), Layer("op"))
    return Architecture(layers, tuple(pairwise(range(len(layers)))), kind)


@pytest.mark.parametrize("space", [CNNSpace(min_layers=50), MLPSpace(min_layers=50)], ids=repr)
@pytest.mark.parametrize("seed", range(4))
def test_deep_networks_are_narrow_enough_to_be_read(space: ArchitectureSpace, seed: int) -> None:
    rng = np.random.default_rng(seed)
    candidate = Candidate(space.initial_pool[rng.integers(len(space.initial_pool))])
    for _ in range(60):
        candidate = mutate(candidate, space, rng)
    drawing = draw(candidate.network)
    assert drawing.width <= 1100
    assert drawing.height <= 3000


def sampled(wire: Wire) -> np.ndarray:
    """Many points on all curves of a wire."""
    t = np.linspace(0, 1, 33)[:, None]
    pieces = []
    for path in wire.paths:
        for start, end in pairwise(path):
            a, b, c, d = map(np.array, (start, *control_points(start, end), end))
            pieces.append(
                (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
            )
    return np.concatenate(pieces)


def inside(points: np.ndarray, box: Box) -> bool:
    x, y = points.T
    in_x = (box.x + 1e-6 < x) & (x < box.x + box.width - 1e-6)
    return bool(np.any(in_x & (box.y + 1e-6 < y) & (y < box.y + box.height - 1e-6)))


def edges_of(drawing: Drawing) -> Counter[tuple[int, int]]:
    """What is drawn, with junctions resolved."""
    through = {junction.node: Counter[int]() for junction in drawing.junctions}
    onward = {wire.start: wire.ends for wire in drawing.wires}
    assert len(onward) == len(drawing.wires)
    return Counter(
        (start, layer)
        for start, ends in onward.items()
        if start not in through
        for end in ends
        for layer in (onward[end] if end in through else [end])
    )


def leads(wire: Wire, start: tuple[float, float], ends: list[tuple[float, float]]) -> bool:
    """Whether the pieces of a wire lead from its start to its ends and to nowhere else."""
    pieces = [[(round(x, 6), round(y, 6)) for x, y in path] for path in wire.paths]
    reached = {(round(start[0], 6), round(start[1], 6))}
    for _ in pieces:
        reached |= {piece[-1] for piece in pieces if piece[0] in reached}
    stops = {piece[-1] for piece in pieces} - {piece[0] for piece in pieces}
    return stops == {(round(x, 6), round(y, 6)) for x, y in ends} and stops <= reached


def assert_good(drawing: Drawing, network: Architecture) -> None:
    boxes = drawing.boxes
    assert [box.layer for box in boxes] == list(range(len(network.layers)))
    for one, other in combinations(boxes, 2):
        apart_in_x = one.x + one.width < other.x or other.x + other.width < one.x
        assert apart_in_x or one.y + one.height < other.y or other.y + other.height < one.y
    for box in boxes:
        assert 0 <= box.x + 1e-6
        assert box.x + box.width <= drawing.width + 1e-6
        assert 0 <= box.y
        assert box.y + box.height <= drawing.height + 1e-6
    assert edges_of(drawing) == Counter(network.edges)
    tops = {box.layer: (box.x + box.width / 2, box.y) for box in boxes}
    tops |= {junction.node: (junction.x, junction.y) for junction in drawing.junctions}
    for wire in drawing.wires:
        start = tops[wire.start]
        if wire.start < len(boxes):
            start = (start[0], start[1] + boxes[wire.start].height)
        assert leads(wire, start, [tops[end] for end in wire.ends])
        points = sampled(wire)
        assert not any(inside(points, box) for box in boxes)
        assert points.min() >= -1e-6
        assert np.all(points <= np.array([drawing.width, drawing.height]) + 1e-6)


@given(data=st.data())
@settings(max_examples=60)
def test_nothing_overlaps_and_every_edge_is_drawn_once(networks, data: st.DataObject) -> None:
    network = data.draw(networks)
    assert_good(draw(network), network)


def test_known_networks(known: Architecture) -> None:
    assert_good(draw(known), known)


@pytest.mark.parametrize("n_hidden", [1, 3, 57, 97])
def test_long_chains_are_folded(n_hidden: int) -> None:
    network = chain(n_hidden)
    drawing = draw(network)
    assert_good(drawing, network)
    assert drawing.height < 750
    assert drawing.width < 1250


def test_a_chain_is_straight_beside_a_layer_that_is_skipped() -> None:
    network = chain(3)
    skipping = Architecture(network.layers, (*network.edges, (1, 3)), network.kind)
    centres = {round(box.x + box.width / 2, 6) for box in draw(skipping).boxes}
    assert len(centres) == 1


def test_widths_grow_with_masses(known: Architecture) -> None:
    pairs = zip(layer_masses(known), (box.width for box in draw(known).boxes), strict=True)
    widths = [width for _, width in sorted(pairs)]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0] + 10


def test_layers_with_the_same_parents_share_a_junction() -> None:
    layers = (Layer("ip"), *[Layer("relu", 8)] * 5, Layer("linear"), Layer("op"))
    edges = [(0, 1), (0, 2), *((i, j) for i in (1, 2) for j in (3, 4, 5))]
    network = Architecture(layers, (*edges, (3, 6), (4, 6), (5, 6), (6, 7)), "mlp-reg")
    drawing = draw(network)
    assert_good(drawing, network)
    (junction,) = drawing.junctions
    assert {wire.start: wire.ends for wire in drawing.wires}[junction.node] == (3, 4, 5)


def test_labels_and_image_sizes() -> None:
    layers = (
        Layer("ip"),
        Layer("conv3", 8, 2),
        Layer("max-pool"),
        Layer("fc", 16),
        Layer("softmax"),
        Layer("op"),
    )
    network = Architecture(layers, tuple(pairwise(range(6))), "cnn")
    assert [box.lines for box in draw(network, image_size=33).boxes] == [
        ("ip", "33×33"),
        ("conv3-8/2", "17×17"),
        ("max-pool", "9×9"),
        ("fc-16",),
        ("softmax",),
        ("op",),
    ]
    assert [box.lines[1:] for box in draw(network).boxes][:4] == [("1:1",), ("1:2",), ("1:4",), ()]
    assert "image 17×17" in draw(network, image_size=33).boxes[1].details


def test_parameters_are_counted(known: Architecture) -> None:
    drawing = draw(known, inputs=3, outputs=10)
    counts = [
        int(detail.removesuffix(" parameters").replace(",", ""))
        for box in drawing.boxes
        for detail in box.details
        if detail.endswith(" parameters")
    ]
    assert len(counts) == len(known.layers)
    assert sum(counts) == count_parameters(known, inputs=3, outputs=10)
    assert drawing.title.endswith(f"{sum(counts):,} parameters")


def test_long_labels_are_shortened_in_their_boxes() -> None:
    label = "a" * 40
    space = GraphSpace(kind="drawn-long-label", operations=[Operation(label)])
    box = draw(space.initial_pool[0]).boxes[1]
    units = space.initial_pool[0].layers[1].units
    assert box.lines[0].startswith("aaa")
    assert "…" in box.lines[0]
    assert box.lines[0].endswith(f"a-{units}")
    assert f"{label}-{units}" in box.details[0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image_size": 32}, ValueError, "image_size: expected None, since networks of kind"),
        ({"image_size": "32"}, TypeError, "image_size: expected a whole number"),
        ({"inputs": 3}, TypeError, "inputs, outputs: expected both or none"),
        ({"outputs": 3}, TypeError, "inputs, outputs: expected both or none"),
        ({"inputs": 0, "outputs": 3}, ValueError, "inputs: expected at least 1"),
    ],
)
def test_wrong_arguments(arguments, error, message: str) -> None:
    with pytest.raises(error, match=message):
        draw(chain(3), **arguments)


def test_no_architecture() -> None:
    with pytest.raises(TypeError, match="architecture: expected an Architecture, got dict"):
        draw({})


def test_parameters_of_a_cell_cannot_be_counted(cell: Architecture) -> None:
    with pytest.raises(ArchitectureError, match="whose networks are cells"):
        draw(cell, inputs=3, outputs=10)


def test_the_smallest_networks() -> None:
    CellSpace(kind="drawn-weightless", operations=[Operation("a", mass=0.0)])
    for layers in ((Layer("ip"), Layer("op")), (Layer("ip"), Layer("a"), Layer("op"))):
        network = Architecture(layers, tuple(pairwise(range(len(layers)))), "drawn-weightless")
        assert_good(draw(network), network)
