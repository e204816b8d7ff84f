from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.visualization import to_mermaid


@given(data=st.data())
@settings(max_examples=40)
def test_one_node_a_layer_and_one_link_an_edge(networks, data: st.DataObject) -> None:
    network = data.draw(networks)
    head, *lines = to_mermaid(network).splitlines()
    assert head == "flowchart TD"
    nodes = [int(n) for n in re.findall(r'^    layer(\d+)\["[^"\n]+"\]$', "\n".join(lines), re.M)]
    assert nodes == list(range(len(network.layers)))
    links = [re.fullmatch(r"    layer(\d+) --> layer(\d+)", line) for line in lines]
    edges = [(int(link[1]), int(link[2])) for link in links if link]
    assert tuple(edges) == network.edges
    members = re.findall(r"^    class (\S+) group\d+$", "\n".join(lines), re.M)
    assert sorted(",".join(members).split(",")) == sorted(f"layer{n}" for n in nodes)


def test_example() -> None:
    layers = (Layer("ip"), Layer("relu", 64), Layer("linear"), Layer("op"))
    network = Architecture(layers, tuple(pairwise(range(4))), "mlp-reg")
    assert to_mermaid(network).splitlines()[:8] == [
        "flowchart TD",
        '    layer0["ip"]',
        '    layer1["relu-64"]',
        '    layer2["linear"]',
        '    layer3["op"]',
        "    layer0 --> layer1",
        "    layer1 --> layer2",
        "    layer2 --> layer3",
    ]


def test_labels_are_escaped(spaces) -> None:
    network = spaces["own"].initial_pool[0]
    index = next(k for k, layer in enumerate(network.layers) if layer.label.startswith('"sep"'))
    line = to_mermaid(network, image_size=32).splitlines()[1 + index]
    assert "#34;sep#34;#60;3#62; #38; #35;1#59;" in line
    assert re.search(r'<br/>(\d+)×\1"]$', line)


def test_wrong_image_size(known: Architecture) -> None:
    with pytest.raises(ValueError, match="image_size: expected at least 1, got 0"):
        to_mermaid(known, image_size=0)
