"""The report in a browser: no network, no errors, figures drawn and alive in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution
from playwright.sync_api import Browser
from playwright.sync_api import Page

from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization import to_html

pytestmark = pytest.mark.browser

SPACE = MLPSpace(max_layers=10, max_units=64)
PARAMETERS = {
    "lr": FloatDistribution(1e-12, 1.0, log=True),
    "width": IntDistribution(0, 12),
    "decay": FloatDistribution(0.0, 1.0),
    "sort": CategoricalDistribution(["a", "b"]),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = optuna.create_study()
    for number, network in enumerate(SPACE.initial_pool[:12]):
        origin = {"edits": ["wedge_layer", "dup_path"][number % 2 :], "parent": number // 2}
        made = {"architecture:net:origin": origin} if number > 3 else {}
        value = float(len(network.edges)) + 0.01 * number
        study.add_trial(
            create_architecture_trial(
                {"net": network},
                value=value,
                params={"lr": 0.1**number, "width": number, "decay": 0.05 * number, "sort": "b"},
                distributions=PARAMETERS,
                user_attrs=made,
            )
        )
    path: Path = tmp_path_factory.mktemp("report") / "page.html"
    path.write_text(to_html(study, inputs=5, outputs=1), "utf-8")
    return path


@pytest.fixture(
    params=[("light", 1280), ("dark", 1280), ("light", 1100), ("light", 600), ("dark", 600)],
    ids=str,
)
def page(request: Any, browser: Browser, path: Path) -> Iterator[Page]:
    """The page, opened without network; errors and requests fail the test that uses it."""
    scheme, width = request.param
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, offline=True
    )
    opened = context.new_page()
    messages: list[str] = []
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on("request", lambda sent: messages.append(sent.url))
    opened.goto(path.as_uri())
    yield opened
    context.close()
    assert messages == [path.as_uri()]


def test_figures_are_drawn_within_the_page(page: Page) -> None:
    figures = page.locator(".js-plotly-plot")
    assert figures.count() == 8
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for figure in figures.all():
        card = figure.locator("xpath=ancestor::div[@class='figure']").bounding_box()
        drawn = figure.locator(".main-svg").first.bounding_box()
        assert card is not None
        assert drawn is not None
        assert drawn["width"] == pytest.approx(card["width"], abs=4)
        assert drawn["height"] == pytest.approx(card["height"], abs=4)
        assert figure.locator(".scatterlayer, .barlayer").count() > 0


@pytest.mark.parametrize("pictures", [".js-plotly-plot", "details[open] .drawing svg"])
def test_texts_are_whole_and_apart(page: Page, pictures: str, measured: Any) -> None:
    shown = page.locator(pictures).all()
    assert len(shown) > 0
    for picture in shown:
        found = measured(picture)
        assert found.n > 5
        assert (found.outside, found.pairs) == ([], [])


def test_a_point_tells_of_its_network(page: Page) -> None:
    point = page.locator("[id='net-0-plot_surrogate-0'] .point").first
    point.scroll_into_view_if_needed()
    point.hover(force=True)
    label = page.locator("[id='net-0-plot_surrogate-0'] .hoverlayer")
    label.locator("text").first.wait_for()
    assert "mlp-reg architecture" in (label.text_content() or "")


def test_link_in_the_table_opens_a_drawing(page: Page) -> None:
    link = page.locator("table a").nth(1)
    details = page.locator((link.get_attribute("href") or "").replace("#", "details#"))
    assert not details.locator("svg").is_visible()
    link.click()
    details.locator("svg").wait_for(state="visible")


def test_text_can_be_told_from_its_background(page: Page) -> None:
    for selector in ("h1", "td", "pre", "summary", ".faint", "table a"):
        contrast = page.locator(selector).first.evaluate(
            """element => {
              const light = text => {
                const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(part => {
                  const share = part / 255;
                  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const ink = light(getComputedStyle(element).color);
              let behind = element;
              while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
                behind = behind.parentElement;
              const paper = light(getComputedStyle(behind).backgroundColor);
              return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            }"""
        )
        assert contrast > 4.5, selector  # what WCAG 2 asks for
