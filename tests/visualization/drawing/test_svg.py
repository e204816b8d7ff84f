from __future__ import annotations

import json
import pickle
import re
from copy import deepcopy
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot.architecture import layer_masses
from optuna_nasbot.visualization import to_svg
from optuna_nasbot.visualization.drawing.layout import draw

SVG = "{http://www.w3.org/2000/svg}"


def layer_groups(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return [group for group in svg.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]


@given(data=st.data())
@settings(max_examples=40)
def test_every_layer_and_wire_stands_in_a_document(networks, data: st.DataObject) -> None:
    network = data.draw(networks)
    svg = ElementTree.fromstring(to_svg(network))
    drawing = draw(network)
    groups = layer_groups(svg)
    assert len(groups) == len(network.layers)
    for group, box in zip(groups, drawing.boxes, strict=True):
        assert tuple(text.text for text in group.findall(f"{SVG}text")) == box.lines
        assert group.find(f"{SVG}title").text == "\n".join(box.details)
    wires = [path for path in svg.iter(f"{SVG}path") if path.get("stroke")]
    assert len(wires) == len(drawing.wires)
    assert len(list(svg.iter(f"{SVG}circle"))) == len(drawing.junctions)


def test_all_is_within_the_paper(known: Architecture) -> None:
    svg = ElementTree.fromstring(to_svg(known))
    width, height = float(svg.get("width")), float(svg.get("height"))
    assert svg.get("viewBox") == f"0 0 {width:.0f} {height:.0f}"
    paper, *_ = svg.iter(f"{SVG}rect")
    assert (paper.get("width"), paper.get("height"), paper.get("fill")) == (
        "100%",
        "100%",
        "#ffffff",
    )
    body = next(group for group in svg.iter(f"{SVG}g") if group.get("transform"))
    left, top = map(float, re.findall(r"[\d.]+", body.get("transform")))
    for group in layer_groups(body):
        (rect,) = group.findall(f"{SVG}rect")
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= left + x
        assert left + x + w <= width
        assert 0 <= top + y
        assert top + y + h <= height


def test_it_needs_nothing_from_elsewhere(known: Architecture) -> None:
    text = to_svg(known).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http" not in text
    assert "href" not in text
    assert "url(" not in text
    assert "<script" not in text


def test_tooltips_have_mass_and_parameters(known: Architecture) -> None:
    svg = ElementTree.fromstring(to_svg(known, inputs=3, outputs=10))
    titles = [group.find(f"{SVG}title").text for group in layer_groups(svg)]
    for title, mass in zip(titles, layer_masses(known), strict=True):
        assert f"\nmass {mass:,.6g}\n" in title
        assert re.search(r"\n[\d,]+ parameters", title)


def test_legend_names_the_groups(known: Architecture) -> None:
    texts = [text.text for text in ElementTree.fromstring(to_svg(known)).iter(f"{SVG}text")]
    assert texts[1:4] == ["input, output", "decision", "conv"]


def test_a_long_legend_takes_several_rows(spaces) -> None:
    network = max(spaces["own"].initial_pool, key=lambda each: len(set(each.layers)))
    svg = ElementTree.fromstring(to_svg(network))
    swatches = [rect for rect in svg.findall(f"{SVG}rect") if rect.get("rx") == "2"]
    assert len({rect.get("y") for rect in swatches}) > 1
    assert len(swatches) == len(draw(network).groups)


@pytest.mark.parametrize("arguments", [{"image_size": 0}, {"inputs": 3}])
def test_wrong_arguments(known: Architecture, arguments) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(arguments))):
        to_svg(known, **arguments)


def test_a_notebook_shows_the_document_once(known: Architecture) -> None:
    svg = to_svg(known)
    assert svg._repr_svg_() == svg
    assert not hasattr(svg, "_repr_html_")


def test_the_document_is_a_string(known: Architecture, tmp_path: Path) -> None:
    svg = to_svg(known)
    text = "".join(svg)
    assert isinstance(svg, str)
    assert (svg, hash(svg), repr(svg), f"{svg}") == (text, hash(text), repr(text), text)
    assert json.loads(json.dumps({"svg": svg})) == {"svg": text}
    for copied in (pickle.loads(pickle.dumps(svg)), deepcopy(svg)):
        assert copied == text
        assert copied._repr_svg_() == text
    (tmp_path / "network.svg").write_text(svg, "utf-8")
    assert (tmp_path / "network.svg").read_text("utf-8") == text
