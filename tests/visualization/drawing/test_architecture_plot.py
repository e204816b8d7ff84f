from __future__ import annotations

import subprocess
import sys

import optuna
import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import create_architecture_trial
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.visualization import plot_architecture
from optuna_nasbot.visualization.drawing.layout import draw


def labelled(figure):
    """The traces with the labels of layers."""
    return [trace for trace in figure.data if trace.mode == "text"]


def test_every_layer_has_a_label_and_a_text_to_point_at(known: Architecture) -> None:
    figure = plot_architecture(known, image_size=64)
    hover = [text for trace in labelled(figure) for text in trace.hovertext]
    assert sorted(text.split("<br>")[0] for text in hover) == sorted(
        f"layer {index}: {layer}" for index, layer in enumerate(known.layers)
    )
    masses = sorted(text.split("<br>")[1] for text in hover)
    assert masses == sorted(f"mass {mass:,.6g}" for mass in layer_masses(known))
    assert any("64×64" in text for trace in labelled(figure) for text in trace.text)


def test_boxes_and_wires_are_those_of_the_drawing(known: Architecture) -> None:
    figure, drawing = plot_architecture(known), draw(known)
    wires, *_ = figure.data
    assert wires.x.count(None) == sum(len(wire.paths) for wire in drawing.wires)
    assert max(y for y in wires.y if y is not None) <= drawing.height
    boxes = [trace for trace in figure.data if trace.fill == "toself"]
    assert {trace.name: trace.line.color for trace in boxes} == drawing.groups
    assert sum(trace.x.count(None) for trace in boxes) == len(known.layers)
    low, high = figure.layout.xaxis.range
    assert low < 0 < drawing.width < high
    bottom, top = figure.layout.yaxis.range
    assert top < 0 < drawing.height < bottom
    margin = figure.layout.margin
    assert figure.layout.width - margin.l - margin.r == pytest.approx(high - low, abs=1)
    assert figure.layout.height - margin.t - margin.b == pytest.approx(bottom - top, abs=1)


def test_networks_of_all_spaces(spaces) -> None:
    for space in spaces.values():
        for network in space.initial_pool[:3]:
            figure = plot_architecture(network)
            assert sum(len(trace.text) for trace in labelled(figure)) == len(network.layers)
            assert figure.to_json()


def test_labels_are_no_markup(spaces) -> None:
    texts = str(labelled(plot_architecture(spaces["own"].initial_pool[0])))
    assert '"sep"&lt;3&gt; &amp; #1;' in texts


def test_trials(spaces) -> None:
    space = spaces["mlp"]
    frozen = create_architecture_trial({"net": space.initial_pool[0]}, value=1.0)
    assert plot_architecture(frozen, "net") == plot_architecture(space.initial_pool[0])
    trial = optuna.create_study().ask()
    network = suggest_architecture(trial, "net", space)
    assert plot_architecture(trial, name="net") == plot_architecture(network)


def test_wrong_arguments(known: Architecture) -> None:
    trial = create_architecture_trial({"net": known}, value=1.0)
    with pytest.raises(TypeError, match=r"architecture: expected an Architecture or an .*got 5"):
        plot_architecture(5)
    with pytest.raises(TypeError, match="name: expected the name that the trial's"):
        plot_architecture(trial)
    with pytest.raises(TypeError, match="name: expected None, since an architecture was given"):
        plot_architecture(known, "net")
    with pytest.raises(KeyError, match="no architecture 'other'"):
        plot_architecture(trial, "other")
    with pytest.raises(ValueError, match="name: expected a string without colons"):
        plot_architecture(trial, "a:b")
    damaged = optuna.create_trial(value=1.0, user_attrs={"architecture:net": {"kind": "cnn"}})
    with pytest.raises(ArchitectureError):
        plot_architecture(damaged, "net")


def test_without_plotly(known: Architecture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ImportError, match="pip install plotly"):
        plot_architecture(known)


def test_import_is_lazy() -> None:
    code = (
        "import optuna_nasbot.visualization, sys; "
        "print(*sorted({'plotly', 'torch'} & sys.modules.keys()))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert loaded.stdout.split() == []
