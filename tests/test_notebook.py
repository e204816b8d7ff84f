"""What a notebook shows of a network."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree

import numpy as np
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot.architecture import register
from optuna_nasbot.visualization import to_svg

KINDS = ("cnn", "mlp-reg", "mlp-class")


SVG = "{http://www.w3.org/2000/svg}"


def is_drawn(architecture: Architecture) -> bool:
    """Whether a notebook shows a drawing of all layers."""
    svg = ElementTree.fromstring(architecture._repr_svg_())
    return len(list(svg.iter(f"{SVG}title"))) == len(architecture.layers)


def shown_lines(architecture: Architecture) -> list[str]:
    """The lines that a notebook shows in place of a drawing."""
    svg = ElementTree.fromstring(architecture._repr_svg_())
    assert not list(svg.iter(f"{SVG}title"))
    texts = list(svg.iter(f"{SVG}text"))
    assert all(0 < float(text.get("y")) < float(svg.get("height")) for text in texts)
    return [text.text or "" for text in texts]


def own_network(kind: str) -> Architecture:
    GraphSpace(kind=kind, operations=[Operation("own", "group", strides=(1, 2)), "relu"])
    return Architecture.chain("own-16/2", "relu-8", kind=kind)


@contextmanager
def forgotten(kind: str) -> Iterator[None]:
    """As in a process in which no space of this kind was made."""
    operations = register._MADE_LAST.pop(kind)
    register._VIEW.current.pop(kind)
    try:
        yield
    finally:
        register.register(operations)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_drawing_and_shown_once(architectures, kind: str) -> None:
    for network in list(architectures(kind).values())[:5]:
        assert network._repr_svg_() == to_svg(network)
        assert not hasattr(network, "_repr_html_")


@pytest.mark.parametrize("operations_on", ["vertices", "edges"])
def test_cells_are_drawn(operations_on: str) -> None:
    space = CellSpace(
        kind=f"test-notebook-{operations_on}",
        operations=[Operation("conv3x3", "conv"), Operation("skip", mass=0)],
        operations_on=operations_on,
        max_vertices=4,
    )
    rng = np.random.default_rng(0)
    assert all(is_drawn(space.random(rng)) for _ in range(10))


def test_own_layers_are_drawn() -> None:
    assert is_drawn(own_network("test-notebook-own"))


def test_the_longest_chains_that_can_be_stored_are_drawn() -> None:
    assert is_drawn(Architecture.chain(*["relu-1000000"] * 897, kind="mlp-reg"))
    assert is_drawn(Architecture.chain(*["conv3-16/2"] * 897, kind="cnn"))


def test_a_tangle_is_not_drawn_unasked() -> None:
    layers = [Layer("ip"), *[Layer("tanh", 8)] * 60, Layer("linear"), Layer("op")]
    edges = [(i, j) for j in range(1, 61) for i in range(j)]
    network = Architecture(layers, [*edges, (60, 61), (61, 62)], "mlp-reg")
    assert shown_lines(network) == [
        "<Architecture 'mlp-reg': 63 layers, 1832 edges>",
        "A network of so many edges may take minutes to draw. Call",
        "optuna_nasbot.visualization.to_svg to draw it.",
    ]


def test_of_a_network_whose_kind_is_not_known_the_notebook_says_so() -> None:
    kind = "test-notebook-forgotten"
    network = pickle.loads(pickle.dumps(own_network(kind)))
    with forgotten(kind):
        line, *reason = shown_lines(network)
        assert line == repr(network) == f"<Architecture '{kind}': 5 layers, 4 edges>"
        assert re.match(rf"kind: expected .* got '{kind}'\. .*made there\.$", " ".join(reason))
    assert is_drawn(network)


def test_a_network_whose_kind_has_other_layers_now_is_drawn() -> None:
    network = own_network("test-notebook-replaced")
    GraphSpace(kind="test-notebook-replaced", operations=["tanh"])
    assert is_drawn(network)


def test_of_a_network_whose_mass_rule_fails_the_notebook_says_so() -> None:
    kind = "test-notebook-mass"
    network = own_network(kind)

    def broken(channels_in: int, units: int) -> float:
        raise ZeroDivisionError

    CellSpace(kind=kind, operations=[Operation("own", mass=broken)])
    assert shown_lines(network) == [
        f"<Architecture '{kind}': 5 layers, 4 edges>",
        "ZeroDivisionError",
    ]


def test_drawing_needs_neither_plotly_nor_torch() -> None:
    code = """
import sys
sys.modules.update(plotly=None, torch=None, jinja2=None, optuna_dashboard=None, sklearn=None)
from optuna_nasbot.architecture import Architecture
print(Architecture.chain("relu-8", kind="mlp-reg")._repr_svg_()[:4])
"""
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert shown.stdout == "<svg\n"
