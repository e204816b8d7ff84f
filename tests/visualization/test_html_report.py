from __future__ import annotations

import warnings
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import count_parameters
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.visualization import to_html
from optuna_nasbot.visualization import to_text
from optuna_nasbot.visualization.study_figures import history_figures

PLOTS = ("architecture_map", "surrogate", "edits", "distance_vs_value")
PLOTS_WITH_PARAMETERS = ("importances", "parallel_coordinate", "slice")


class Page(HTMLParser):
    """What a page has: ids, links, addresses that it would load, its text by tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value or "")
            elif key == "href":
                self.links.append(value or "")
            elif key == "src":
                self.loads.append(value or "")

    def handle_data(self, data: str) -> None:
        if self.tags and data.strip():
            self.texts.setdefault(self.tags[-1], []).append(data.strip())

    @property
    def figures(self) -> list[str]:
        return [each for each in self.ids if "plot_" in each or "history" in each]

    @property
    def drawn(self) -> list[int]:
        return [int(each.split("-")[-1]) for each in self.ids if "-trial-" in each]


@pytest.fixture
def valued(pool: Any, trial: Any) -> list[Any]:
    """Trials whose values are the sizes of their networks."""
    return [trial(network, float(len(network.edges))) for network in pool]


def test_all_figures_and_the_best_networks(study: Any, valued: Any, pool: Any) -> None:
    made = study(*valued, study_name="sizes")
    page = Page(to_html(made, inputs=3, outputs=1))
    assert page.figures == ["history-0", *(f"net-0-plot_{plot}-0" for plot in PLOTS)]
    order = sorted(range(len(pool)), key=lambda i: len(pool[i].edges))
    assert page.drawn == order[:10]
    assert page.tags.count("svg") == 10
    assert page.texts["pre"][0] == to_text(pool[order[0]], inputs=3, outputs=1)
    assert page.texts["title"][0] == "sizes"  # drawings have titles, too


def test_parameters_have_figures_and_columns(study: Any, tuned: Any) -> None:
    made = study(*tuned(12, user_attrs={"lr": "by hand"}))
    page = Page(to_html(made))
    plots = [*PLOTS, *PLOTS_WITH_PARAMETERS]
    assert page.figures == ["history-0", *(f"net-0-plot_{plot}-0" for plot in plots)]
    assert page.texts["th"][-5:] == ["Mass", "lr", "batch_size", "optimizer", "More"]
    rate, size, optimizer = (made.best_trial.params[name] for name in made.best_trial.params)
    cells = page.texts["td"]
    start = cells.index(f"{rate:.6g}")
    assert cells[start : start + 3] == [f"{rate:.6g}", str(size), str(optimizer)]
    assert cells[start + 3].split() == ["lr", "by", "hand"]
    assert page.texts["summary"][0].endswith(
        f"lr {rate:.6g}, batch_size {size}, optimizer {optimizer}"
    )


def test_parameters_of_several_objectives_have_figures_each(study: Any, tuned: Any) -> None:
    made = study(directions=["minimize", "maximize"])
    for trial in tuned(8):
        made.add_trial(
            optuna.create_trial(
                values=[trial.value, -trial.value],
                params=trial.params,
                distributions=trial.distributions,
                user_attrs=trial.user_attrs,
            )
        )
    page = Page(to_html(made))
    for index in range(2):
        for plot in PLOTS_WITH_PARAMETERS:
            assert f"net-0-plot_{plot}-{index}" in page.ids
    assert len(page.figures) == 3 + 2 * (len(PLOTS) + len(PLOTS_WITH_PARAMETERS))


def test_a_parameter_that_not_all_trials_have_is_told_of_those_that_have_it(
    study: Any, tuned: Any, trial: Any, pool: Any
) -> None:
    """The latest trial lacks them: they are no columns, and there are no figures about them."""
    page = Page(to_html(study(*tuned(4), trial(pool[0], 9.0))))
    assert [each for each in page.texts["th"] if each == "lr"] == []
    assert len(page.figures) == 5
    assert sum("batch_size" in text for text in page.texts["td"]) == 4


def test_links_lead_to_their_places(study: Any, valued: Any) -> None:
    page = Page(to_html(study(*valued)))
    assert len(page.ids) == len(set(page.ids))
    assert len(page.links) >= 12
    assert all(link[0] == "#" and link[1:] in page.ids for link in page.links)


def test_nothing_is_loaded_and_plotly_is_there_once(study: Any, valued: Any) -> None:
    html = to_html(study(*valued))
    page = Page(html)
    assert page.loads == []
    assert "link" not in page.tags
    assert "default-src 'none'" in html
    assert html.count("* plotly.js v") == 1


def test_the_page_opens_with_the_best_network_and_what_it_is_worth(study: Any, pool: Any) -> None:
    values = (5.0, 4.0, 9.0, 8.0, 7.0, 3.0, 6.0)
    html = to_html(
        study(
            *(
                create_architecture_trial({"net": network}, value=value)
                for network, value in zip(pool, values, strict=False)
            )
        )
    )
    page = Page(html)
    assert page.drawn[0] == 5
    assert page.texts["dt"] == ["value", "best of the first 5 trials", "median of 7 trials"]
    assert page.texts["dd"] == ["3", "4", "6"]
    places = [html.index(f'id="{each}"') for each in ("net-0-trial-5", "history-0")]
    assert places == sorted(places)


def test_parameters_are_counted_in_the_table(study: Any, valued: Any, pool: Any) -> None:
    page = Page(to_html(study(*valued), inputs=9, outputs=2))
    best = min(pool, key=lambda network: len(network.edges))
    assert "Parameters" in page.texts["th"]
    assert f"{count_parameters(best, inputs=9, outputs=2):,}" in page.texts["td"]
    assert "Parameters" not in Page(to_html(study(*valued))).texts["th"]


def test_drawings_are_whole(study: Any, valued: Any) -> None:
    html = to_html(study(*valued))
    drawings = html.split('<div class="drawing">')[1:]
    for drawing in drawings:
        ElementTree.fromstring(drawing[: drawing.index("</svg>") + len("</svg>")])


@pytest.mark.parametrize("n", [0, 1, 2])
def test_young_studies(n: int, study: Any, valued: Any) -> None:
    page = Page(to_html(study(*valued[:n])))
    assert sorted(page.drawn) == list(range(n))
    assert len(page.figures) == (5 if n else 1)
    said = " ".join(page.texts["p"] + page.texts.get("code", []))
    assert ("suggest_architecture" in said) == (n == 0)
    assert f"{n} trial{'' if n == 1 else 's'}" in said


def test_study_of_failures(study: Any, pool: Any) -> None:
    states = (TrialState.FAIL, TrialState.RUNNING, TrialState.WAITING)
    trials = [create_architecture_trial({"net": pool[0]}, state=state) for state in states]
    page = Page(to_html(study(*trials)))
    assert page.drawn == []
    assert any("1 fail, 1 running, 1 waiting" in text for text in page.texts["p"])
    assert any("No completed trial" in text for text in page.texts["p"])


def test_several_architectures_have_a_section_each(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"body": a, "head": b}, value=float(i))
        for i, (a, b) in enumerate(pairwise(pool))
    ]
    made = study(*trials)
    both, one = Page(to_html(made)), Page(to_html(made, "head"))
    assert [len(page.figures) for page in (both, one)] == [9, 5]
    assert [len(page.drawn) for page in (both, one)] == [2 * (len(pool) - 1), len(pool) - 1]
    assert both.texts["a"][:3] == ["body", "head", "Progress"]
    assert one.texts["a"][:2] == ["head", "Progress"]


def test_sizes_hold_for_the_networks_that_they_fit(study: Any, spaces: Any, cell: Any) -> None:
    image, row = (spaces[kind].initial_pool[0] for kind in ("cnn", "mlp"))
    networks = {"body": image, "head": row, "unit": cell}
    made = study(create_architecture_trial(networks, value=1.0))
    page = Page(to_html(made, image_size=32, inputs=3, outputs=10))
    sizes = {"inputs": 3, "outputs": 10}
    assert page.texts["pre"] == [
        to_text(image, image_size=32, **sizes),
        to_text(row, **sizes),
        to_text(cell),
    ]
    with pytest.raises(ValueError, match="do not work on images"):
        to_html(made, "head", image_size=32)


def test_several_objectives_have_figures_each_and_a_pareto_front(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"net": network}, values=[float(i), float(abs(i - 4))])
        for i, network in enumerate(pool[:10])
    ]
    made = study(*trials, directions=["minimize", "maximize"])
    made.set_metric_names(["loss", "speed"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # figures have names for their values
        html = to_html(made)
    page = Page(html)
    best = sorted(made.best_trials, key=lambda trial: trial.values[0])
    assert page.drawn == [trial.number for trial in best]
    assert [f"history-{k}" in page.ids for k in range(3)] == [True, True, False]
    assert len(page.figures) == 3 + 2 * len(PLOTS)
    assert page.figures[0] == "net-0-plot_pareto_front"  # above the table and the other figures
    assert html.index("net-0-plot_pareto_front") < html.index("<table>")
    assert page.texts["h3"][:2] == ["loss", "-speed"]  # above the figures of each
    assert "Difference in loss" in html
    assert "Difference in -speed" in html  # larger is better, which a target can't say


def test_objectives_to_be_maximised_are_negated(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"net": network}, values=[1.0, 2.0 + i])
        for i, network in enumerate(pool[:4])
    ]
    made = study(*trials, directions=["minimize", "maximize"])
    made.set_metric_names(["loss", "a<b>"])
    history = list(history_figures(made))[1]
    assert "[-2.0,-3.0,-4.0,-5.0]" in history
    assert "-a&lt;b&gt;" in history


def test_pareto_front_without_a_network(study: Any, pool: Any) -> None:
    dominated = create_architecture_trial({"net": pool[0]}, values=[2.0, 2.0])
    made = study(dominated, optuna.create_trial(values=[1.0, 1.0]), directions=["minimize"] * 2)
    page = Page(to_html(made))
    assert any("No trial of the Pareto front has" in text for text in page.texts["p"])


def test_ten_of_a_long_front_are_spread_along_the_first_objective(study: Any, pool: Any) -> None:
    order = [(7 * i) % 19 for i in range(19)]
    trials = [
        create_architecture_trial({"net": pool[i % 10]}, values=[float(i), float(i)])
        for i in order
    ]
    made = study(*trials, directions=["maximize", "minimize"])
    page = Page(to_html(made))
    assert [order[number] for number in page.drawn] == [18, 16, 14, 12, 10, 8, 6, 4, 2, 0]
    assert "10 of 19 trials, spread evenly along value 0." in page.texts["p"]


def test_more_than_three_objectives_have_a_front_without_a_figure(study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"net": network}, values=[float(i), -float(i), 0.0, 0.0])
        for i, network in enumerate(pool[:3])
    ]
    page = Page(to_html(study(*trials, directions=["minimize"] * 4)))
    assert page.drawn == [0, 1, 2]
    assert not any("pareto" in each for each in page.figures)
    assert any("Pareto front" in text for text in page.texts["h2"])


def test_feasible_trials_are_counted_where_there_are_constraints(
    study: Any, pool: Any, trial: Any
) -> None:
    plain = [trial(network, float(i)) for i, network in enumerate(pool[:4])]
    bound = [
        optuna.create_trial(
            value=each.value,
            user_attrs=each.user_attrs,
            system_attrs={"constraints": [float(number - 1)]},
        )
        for number, each in enumerate(plain)
    ]
    failed = trial(pool[4], state=TrialState.FAIL)
    said = Page(to_html(study(*bound, failed))).texts["p"][0]
    assert "2 of 4 completed trials satisfy all constraints." in said
    assert "constraints" not in Page(to_html(study(*plain))).texts["p"][0]


def test_names_and_attributes_can_not_write_html(study: Any, pool: Any) -> None:
    pages = []
    for text in ("plain", "</title></script><script>alert(1)</script>\"'&\x1b"):
        trials = [
            create_architecture_trial({text: network}, value=float(i), user_attrs={text: text})
            for i, network in enumerate(pool[:4])
        ]
        made = study(*trials, study_name=text)
        made.set_metric_names([text])
        pages.append(to_html(made))
    assert "<script>alert" not in pages[1]
    assert pages[1].count("\x1b") == pages[0].count("\x1b")  # plotly.js may have some
    plain, hostile = map(Page, pages)
    assert hostile.tags == plain.tags
    assert hostile.ids == plain.ids


def test_wrong_arguments(study: Any, valued: Any) -> None:
    with pytest.raises(TypeError, match="study: expected an Optuna study"):
        to_html("study.db")  # type: ignore[arg-type]
    made = study(*valued[:3])
    with pytest.raises(ValueError, match=r"name: expected one of \['net'\]"):
        to_html(made, "other")
    with pytest.raises(TypeError, match="inputs, outputs"):
        to_html(made, inputs=3)
