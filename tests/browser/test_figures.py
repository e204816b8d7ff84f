"""Figures of made-up studies: their texts are whole and apart, whatever the values and names."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution
from optuna.trial import TrialState
from playwright.sync_api import Browser
from playwright.sync_api import Page
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.trials.parameters import Parameter
from optuna_nasbot.visualization import plot_importances
from optuna_nasbot.visualization import plot_parallel_coordinate
from optuna_nasbot.visualization import plot_pareto_front
from optuna_nasbot.visualization import plot_slice
from optuna_nasbot.visualization.study_figures import history_figures
from optuna_nasbot.visualization.study_figures import network_figures

pytestmark = pytest.mark.browser

WIDTHS = (516, 700, 1190)
"""Of figures on pages of 1100 and 600 to 1600 pixels."""

SHAPE = (0.0, 0.3, 1.0, -0.4, 0.55, 0.21, 0.83, -0.9, 0.07, 0.66, 0.4, 0.95)
NETWORKS = MLPSpace(max_layers=10, max_units=64).initial_pool[:12]
EDITS = ("inc_en_masse", "remove_layer", "dup_path", "an_edit_of_ones_own")
LONG_EDITS = ("W" * 40, "损失函数的对数值" * 5, "_".join(["a_long_name"] * 3))
UNFINISHED = (TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING, TrialState.WAITING)


def values(centre: float, spread: float, n: int = 12) -> list[float]:
    return [centre + spread * SHAPE[number % 12] for number in range(n)]


VALUES = {
    "between 1e-12 and -1e-12": values(0.0, 1e-12),
    "negative and small": values(-0.04, 0.045),
    "worse than before": [0.012 * number for number in range(12)],
    "about -1e-5": values(-1.234e-5, 1e-8),
    "negative and large": values(-1.234e9, 3.3e8),
    "about 1e12": values(1.234567e12, 3e11),
    "close to -1e6": values(-1.2345678e6, 1e-3),
    "closer to 1e12 than an axis can show": values(1e12, 1e-4),
    "equal to 1/3": [1 / 3] * 12,
    "equal to -1e-12": [-1e-12] * 12,
    "equal to 1e17": [1e17] * 12,
    "close to zero": values(0.0, 1e-310),
    "of all sizes": [(-1.0) ** number * 10.0 ** (2 * number - 12) for number in range(13)],
    "as large as numbers are": [*values(0.0, 1e300), 1.7e308, -1.7e308],
    "much better than the first": [1e12, *values(0.0, 1.0)],
    "one infinite": [*values(-3.0, 2.0), inf],
    "one far outlier": [*values(-0.04, 0.045), -1e12],
    "of one trial": [-0.123456789],
    "of two trials": [-0.1234, -0.12341],
    "of 500 trials": values(-40.0, 45.0, 500),
}
NAMES = {
    "words": "a name that is far too long for any figure " * 8,
    "no spaces": "W" * 300,
    "wide characters": "损失函数的对数值" * 20,
    "tags": "<b>&amp;" * 40,
}


RATE = FloatDistribution(1e-5, 1e-1, log=True)
SIZE = IntDistribution(16, 256, step=16)
PARAMETERS: dict[str, dict[str, BaseDistribution]] = {
    "one": {"lr": RATE},
    "three": {
        "lr": RATE,
        "batch_size": SIZE,
        "optimizer": CategoricalDistribution(["adam", "sgd", "rmsprop"]),
    },
    "four": {"lr": RATE, "weight_decay": RATE, "batch_size": SIZE, "n": IntDistribution(1, 2)},
    "twenty": {f"a_parameter_of_the_optimizer_{i}": RATE for i in range(20)},
    "in narrow ranges": {
        "about 1e6": FloatDistribution(1e6, 1e6 + 1e-2),
        "about -1e12": IntDistribution(-(10**12), 5 - 10**12),
        "about 0": FloatDistribution(-1e-12, 1e-12),
        "a log": FloatDistribution(123456.0, 123457.0, log=True),
    },
    "in wide ranges": {
        "a log": FloatDistribution(1e-300, 1e300, log=True),
        "negative": FloatDistribution(-1e300, 0.0),
        "whole": IntDistribution(-(2**53), 2**53),
        "whole log": IntDistribution(1, 2**53, log=True),
        "of two": CategoricalDistribution([False, True]),
    },
    "of many categories": {
        "fifty": CategoricalDistribution([f"category {i}" for i in range(50)]),
        "nine long ones": CategoricalDistribution(["W" * 40 + str(i) for i in range(9)]),
        "wide ones": CategoricalDistribution(["损失函数的对数值" * i for i in range(1, 5)]),
        "tags": CategoricalDistribution(["<b>&amp;" * i for i in range(1, 8)]),
    },
}


def made_up_study(
    of: Sequence[float],
    name: str,
    edits: Sequence[str],
    metric: str | None = None,
    parameters: Mapping[str, BaseDistribution] | None = None,
) -> optuna.Study:
    study, rng = optuna.create_study(), np.random.default_rng(0)
    distributions = dict(parameters or {})
    if metric is not None:
        study.set_metric_names([metric])
    for number, value in enumerate(of):
        origin = {"edits": [edits[number % len(edits)]], "parent": (number - 1) // 2}
        attributes = {f"architecture:{name}:origin": origin} if number else {}
        network = NETWORKS[number % len(NETWORKS)]
        study.add_trial(
            create_architecture_trial(
                {name: network},
                value=value,
                params={key: Parameter(each).drawn(rng) for key, each in distributions.items()},
                distributions=distributions,
                user_attrs=attributes,
            )
        )
    return study


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """A page on which figures can be drawn."""
    with browser.new_page(viewport={"width": 1200, "height": 800}) as page:
        page.set_content("<div id='figure' style='height: 450px'></div>")
        page.add_script_tag(content=get_plotlyjs())
        yield page


def draw(page: Page, figure: Figure, width: int) -> None:
    page.evaluate(
        """([figure, width]) => {
          const {data, layout} = JSON.parse(figure);
          const {style} = document.getElementById("figure");
          style.width = `${width}px`;
          style.height = `${layout.height ?? 450}px`;
          return Plotly.newPlot("figure", data, layout, {displaylogo: false});
        }""",
        [figure.to_json(), width],
    )


@pytest.fixture
def misplaced_in(blank: Page, measured: Any) -> Any:
    """The texts of figures that overlap or are not whole."""

    def of(figures: Sequence[Figure]) -> list[Any]:
        found = []
        for figure in figures:
            for width in WIDTHS:
                draw(blank, figure, width)
                texts = measured(blank.locator("#figure"))
                assert texts.n > 0
                if texts.outside or texts.pairs:
                    title = figure.layout.title.text
                    found.append((title, width, texts.outside, texts.pairs))
        return found

    return of


@pytest.fixture
def misplaced(misplaced_in: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The texts that overlap or are not whole in the figures of a study."""
    figures: list[Figure] = []
    monkeypatch.setattr(
        "optuna_nasbot.visualization.study_figures._html",
        lambda figure, identity: figures.append(figure),
    )

    def of(study: optuna.Study, name: str) -> list[Any]:
        list(history_figures(study))
        network_figures(study, name, "figure")
        assert len(figures) == 5
        return misplaced_in(figures)  # type: ignore[no-any-return]

    return of


@pytest.fixture
def misplaced_of_parameters(misplaced_in: Any) -> Any:
    """The same in the figures that tell of parameters."""

    def of(study: optuna.Study, name: str, target_name: str = "value") -> list[Any]:
        plots = (plot_importances, plot_parallel_coordinate, plot_slice)
        return misplaced_in(  # type: ignore[no-any-return]
            [plot(study, name, target_name=target_name) for plot in plots]
        )

    return of


@pytest.mark.filterwarnings("ignore:Infinite objective values")
@pytest.mark.parametrize("of", VALUES.values(), ids=VALUES.keys())
def test_texts_of_any_values(of: list[float], misplaced: Any) -> None:
    assert misplaced(made_up_study(of, "net", EDITS), "net") == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_texts_of_any_names(name: str, misplaced: Any) -> None:
    study = made_up_study(values(-0.04, 0.045), name, LONG_EDITS, metric=name)
    assert misplaced(study, name) == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_sentences_in_place_of_figures(name: str, misplaced: Any) -> None:
    study = optuna.create_study()
    study.add_trial(create_architecture_trial({name: NETWORKS[0]}, value=1.0))
    assert misplaced(study, name) == []


def test_texts_of_many_edits_and_all_states(misplaced: Any) -> None:
    study = made_up_study(values(-0.04, 0.045, 80), "net", [f"edit_{i}" for i in range(50)])
    for state in UNFINISHED:
        study.add_trial(create_architecture_trial({"net": NETWORKS[0]}, state=state))
    assert misplaced(study, "net") == []


@pytest.mark.filterwarnings("ignore:Infinite objective values")
@pytest.mark.parametrize("of", VALUES.values(), ids=VALUES.keys())
def test_texts_of_any_values_beside_parameters(
    of: list[float], misplaced_of_parameters: Any
) -> None:
    study = made_up_study(of, "net", EDITS, parameters=PARAMETERS["three"])
    assert misplaced_of_parameters(study, "net") == []


@pytest.mark.parametrize("parameters", PARAMETERS.values(), ids=PARAMETERS.keys())
def test_texts_of_any_parameters(
    parameters: dict[str, BaseDistribution], misplaced_of_parameters: Any
) -> None:
    study = made_up_study(values(-0.04, 0.045, 20), "net", EDITS, parameters=parameters)
    assert misplaced_of_parameters(study, "net") == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_texts_of_any_names_of_parameters(name: str, misplaced_of_parameters: Any) -> None:
    parameters = {f"{i}{name}": RATE for i in range(4)}
    study = made_up_study(values(-0.04, 0.045), name, EDITS, parameters=parameters)
    assert misplaced_of_parameters(study, name, target_name=name) == []


def front_of(pairs: Sequence[tuple[float, float]], name: str, metrics: list[str]) -> Figure:
    study = optuna.create_study(directions=["minimize", "maximize"])
    study.set_metric_names(metrics)
    for number, both in enumerate(pairs):
        networks = {name: NETWORKS[number % len(NETWORKS)]}
        study.add_trial(create_architecture_trial(networks, values=both))
    return plot_pareto_front(study, name)


@pytest.mark.parametrize("of", VALUES.values(), ids=VALUES.keys())
def test_texts_of_fronts_of_any_values(of: list[float], misplaced_in: Any) -> None:
    figures = [
        front_of([*zip(of, of, strict=True)], "net", ["error", "speed"]),
        front_of([*zip(of, of[::-1], strict=True)], "net", ["error", "speed"]),
    ]
    assert misplaced_in(figures) == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_texts_of_fronts_of_any_names(name: str, misplaced_in: Any) -> None:
    of = values(-0.04, 0.045)
    figure = front_of([*zip(of, of[::-1], strict=True)], name, [name, f"{name}2"])
    assert misplaced_in([figure]) == []


def test_touching_texts_and_cut_ones_would_be_noticed(blank: Page, measured: Any) -> None:
    """What the tests above measure is not blind."""
    figure = Figure().add_scatter(x=values(1e6, 1e-4), y=SHAPE)
    figure.update_xaxes(tickangle=0, title_text="A title " * 20)
    draw(blank, figure, WIDTHS[0])
    texts = measured(blank.locator("#figure"))
    assert len(texts.outside) == 1
    assert len(texts.pairs) > 1
