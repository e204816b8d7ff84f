"""What people see of a study in optuna-dashboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.artifacts import FileSystemArtifactStore
from optuna.distributions import FloatDistribution

from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.visualization import DashboardCallback
from optuna_nasbot.visualization import add_to_dashboard

pytestmark = pytest.mark.browser

NETWORKS = CNNSpace(max_layers=16, max_mass=1e6).initial_pool
DEEP = CNNSpace(min_layers=60)
RIGHT_END = """element => {
  const text = document.createRange();
  text.selectNodeContents(element);
  return text.getBoundingClientRect().right;
}"""


def made_from(parent: int, edits: list[str]) -> dict[str, Any]:
    """The attribute that says where a network comes from."""
    return {"architecture:net:origin": {"edits": edits, "parent": parent}}


def deep_network() -> Architecture:
    rng = np.random.default_rng(0)
    candidate = Candidate(DEEP.initial_pool[-1])
    for _ in range(40):
        candidate = mutate(candidate, DEEP, rng)
    return candidate.network


@pytest.fixture(scope="session")
def study_page(
    database: str,
    dashboard: Callable[[str, Path], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The address of a study whose last trial has a network of 60 layers."""
    artifacts = tmp_path_factory.mktemp("artifacts")
    store = FileSystemArtifactStore(str(artifacts))
    study = optuna.create_study(study_name="net", storage=database, load_if_exists=True)
    shown = DashboardCallback(store)
    for number, network in enumerate(NETWORKS):
        # Without any parameter the dashboard (0.21) fails at their importance: 1 / 0.
        trial = create_architecture_trial(
            {"net": network},
            value=log(total_mass(network)),
            params={"lr": number / len(NETWORKS)},
            distributions={"lr": FloatDistribution(0.0, 1.0)},
            user_attrs=made_from(3, ["wedge_layer"]) if number > 3 else {},
        )
        study.add_trial(trial)
        shown(study, study.trials[-1])
    origin = made_from(3, ["wedge_layer"] * 20)
    study.add_trial(
        create_architecture_trial({"net": deep_network()}, value=20.0, user_attrs=origin)
    )
    add_to_dashboard(study, store)
    return f"{dashboard(database, artifacts)}/studies/1"


@pytest.mark.parametrize(
    ("number", "text"), [(len(NETWORKS) - 1, "Made from"), (len(NETWORKS), "60 layers")]
)
def test_page_of_a_trial_shows_its_drawing(
    study_page: str, window: Any, number: int, text: str
) -> None:
    window.page.goto(f"{study_page}/trials?numbers={number}")
    drawing = window.page.get_by_alt_text("architecture net").first
    drawing.wait_for()
    window.page.wait_for_load_state("networkidle")
    assert drawing.evaluate("image => image.complete && image.naturalWidth") > 300
    svg = window.page.request.get(drawing.evaluate("image => image.src")).text()
    width, _, drawn = re.search(r'viewBox="0 0 (\d+) (\d+)" width="(\d+)"', svg).groups()
    assert int(drawn) >= 0.75 * int(width)  # labels of 12 pixels can be read
    box = drawing.bounding_box()
    assert box["height"] > 300
    assert box["x"] + box["width"] < 1280
    told = window.page.get_by_text(text)
    assert told.count() == 1
    assert told.evaluate(RIGHT_END) < 1280
    assert (window.errors, window.foreign) == ([], [])


@pytest.mark.parametrize("width", [1100, 1280, 1600])
def test_page_of_the_study_shows_the_cards(
    study_page: str, window: Any, measured: Any, width: int
) -> None:
    window.page.set_viewport_size({"width": width, "height": 800})
    window.page.goto(study_page)
    for card, title in (
        ("architecture-map-net", "Architecture Map of 'net'"),
        ("surrogate-net", "Surrogate of 'net'"),
    ):
        figure = window.page.locator(f"[id='user-defined-plot:{card}']")
        figure.get_by_text(title).wait_for()
        assert figure.locator(".scatterlayer .point").count() > len(NETWORKS) // 2
        texts = measured(figure)
        assert (texts.outside, texts.pairs) == ([], [])
    window.page.wait_for_load_state("networkidle")
    assert (window.errors, window.foreign) == ([], [])
