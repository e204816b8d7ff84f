"""What the figures read from a study, and what they say where there is little to show."""

from __future__ import annotations

import math
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.visualization import plot_architecture_map
from optuna_nasbot.visualization import plot_distance_vs_value
from optuna_nasbot.visualization import plot_edits
from optuna_nasbot.visualization import plot_surrogate
from optuna_nasbot.visualization.figures.tried_networks import tried_networks

FIGURES = (plot_architecture_map, plot_distance_vs_value, plot_surrogate, plot_edits)
NAMES = [figure.__name__ for figure in FIGURES]
ORIGIN = "architecture:net:origin"

all_figures = pytest.mark.parametrize("plot", FIGURES, ids=NAMES)


def n_points(figure: Any) -> int:
    return sum(len(trace.x) for trace in figure.data if trace.x is not None)


# --- Little to show


@all_figures
def test_an_empty_study_gives_an_empty_figure_that_says_why(
    plot: Any, study: Any, logged: list[str]
) -> None:
    figure = plot(study(), "net")
    assert len(figure.data) == 0
    assert len(logged) == 1
    assert "'net'" in logged[0]
    assert figure.layout.annotations[0].text.startswith(logged[0][:20])


@all_figures
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_trials(plot: Any, n: int, study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(pool[i], float(i)) for i in range(n)]
    figure = plot(study(*trials), "net")
    needed = {"plot_architecture_map": 1, "plot_distance_vs_value": 2, "plot_surrogate": 3}
    assert (n_points(figure) > 0) == (n >= needed.get(plot.__name__, 99))
    figure.to_json()


@all_figures
def test_failures_only(plot: Any, study: Any, trial: Any, pool: Any) -> None:
    trials = [trial(network, state=TrialState.FAIL) for network in pool[:4]]
    figure = plot(study(*trials), "net")
    assert n_points(figure) == (4 if plot is plot_architecture_map else 0)


@all_figures
@pytest.mark.parametrize("n", [3, 12])
def test_the_same_network_with_the_same_value(
    plot: Any, n: int, study: Any, trial: Any, pool: Any
) -> None:
    repeated = [
        trial(pool[0], 1.0, user_attrs={ORIGIN: {"edits": ["swap_layer"], "parent": 0}})
        for _ in range(n)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert n_points(plot(study(*repeated), "net")) > 0


@all_figures
@pytest.mark.parametrize(
    "values",
    [[math.inf, -math.inf, 1.0, 2.0, 3.0], [math.inf] * 4, [1e308, -1e308, 5e-324, 1e308, -1e308]],
    ids=["infinite", "all infinite", "huge"],
)
@pytest.mark.filterwarnings("ignore:Infinite objective values")
def test_values_of_all_sizes(
    plot: Any, values: list[float], study: Any, trial: Any, pool: Any
) -> None:
    origin = {ORIGIN: {"edits": ["swap_layer"], "parent": 2}}
    trials = [trial(*each, user_attrs=origin) for each in zip(pool, values, strict=False)]
    plot(study(*trials), "net").to_json()


# --- Names, kinds, objectives


@all_figures
def test_several_architectures_have_a_figure_each(plot: Any, study: Any, pool: Any) -> None:
    trials = [
        create_architecture_trial({"encoder": one, "decoder": other}, value=float(i))
        for i, (one, other) in enumerate(zip(pool[:5], pool[5:10], strict=True))
    ]
    of_both = study(*trials)
    assert "'encoder'" in plot(of_both, "encoder").layout.title.text
    with pytest.raises(ValueError, match=re.escape("expected one of ['decoder', 'encoder']")):
        plot(of_both, "net")


def test_names_are_not_taken_for_markup(study: Any, pool: Any) -> None:
    of_odd_name = study(create_architecture_trial({"<b>": pool[0]}, value=1.0))
    assert "&lt;b&gt;" in plot_architecture_map(of_odd_name, "<b>").layout.title.text


def test_the_kind_of_most_trials_is_shown_and_the_latest_of_equally_many(
    study: Any, trial: Any, pool: Any, logged: list[str]
) -> None:
    images = CNNSpace(max_layers=12).initial_pool
    mixed = [trial(network, 1.0) for network in (*pool[:2], *images[:2])]
    assert {each.kind for each in read(study(*mixed)).networks} == {"cnn"}
    assert "only 'cnn' is shown, mlp-reg left out" in logged[-1]
    more = study(trial(pool[2], 1.0), *mixed)
    assert {each.kind for each in read(more).networks} == {"mlp-reg"}


def read(study: optuna.Study, **target: Any) -> Any:
    return tried_networks(study, "net", target.get("target"), target.get("target_name", ""))


@all_figures
def test_several_objectives_need_a_target(plot: Any, study: Any, trial: Any, pool: Any) -> None:
    trials = [
        trial(
            network,
            values=[0.0, float(i)],
            user_attrs={ORIGIN: {"edits": ["skip_path"], "parent": max(i - 1, 0)}},
        )
        for i, network in enumerate(pool[:6])
    ]
    of_two = study(*trials, directions=["minimize", "maximize"])
    with pytest.raises(ValueError, match="target: expected a function of a trial"):
        plot(of_two, "net")
    figure = plot(of_two, "net", target=lambda trial: trial.values[1], target_name="Accuracy")
    assert n_points(figure) > 0
    assert "Accuracy" in figure.to_json()


def test_a_target_is_asked_for_completed_trials_only(
    study: Any, trial: Any, pool: Any, logged: list[str]
) -> None:
    trials = [trial(pool[0], 1.0), trial(pool[1], state=TrialState.FAIL)]
    trials.append(trial(pool[2], 3.0, state=TrialState.PRUNED))
    trials.append(trial(pool[3], 4.0))
    results = {0: 7, 3: math.nan}
    found = read(study(*trials), target=lambda trial: results[trial.number], target_name="x")
    np.testing.assert_array_equal(found.values, [7.0, math.nan, math.nan, math.nan])
    assert logged == ["Trial 3 is shown without a value because it is inf or nan."]
    assert len(found.with_value.networks) == 1


def test_a_target_without_a_name_and_one_that_gives_no_number(
    study: Any, trial: Any, pool: Any
) -> None:
    one = study(trial(pool[0], 1.0))
    with pytest.warns(UserWarning, match="`target_name` is the default"):
        plot_architecture_map(one, "net", target=lambda trial: 1.0)
    with pytest.raises(ValueError, match="target: expected a function whose results are numbers"):
        plot_architecture_map(one, "net", target=lambda trial: "much", target_name="x")


@pytest.mark.parametrize(
    ("direction", "target", "sign"),
    [("minimize", None, -1), ("maximize", None, 1), ("maximize", lambda trial: 1.0, -1)],
)
def test_which_values_are_better(
    direction: str, target: Any, sign: float, study: Any, trial: Any, pool: Any
) -> None:
    one = study(trial(pool[0], 1.0), direction=direction)
    assert read(one, target=target, target_name="x").sign == sign


# --- What can't be read


def test_damaged_networks_are_left_out_with_one_warning(study: Any, trial: Any, pool: Any) -> None:
    damaged = optuna.create_trial(value=1.0, user_attrs={"architecture:net": 7})
    mixed = study(trial(pool[0], 1.0), *[damaged] * 7)
    with pytest.warns(UserWarning, match="can't be read") as caught:
        found = read(mixed)
    assert [trial.number for trial in found.trials] == [0]
    (warning,) = caught
    assert "leaves out 7 of the trials (number 1, 2, 3, 4, 5, ...)" in str(warning.message)


@pytest.mark.parametrize(
    ("study_argument", "name", "error"),
    [("study", "net", TypeError), (None, 7, TypeError), (None, "a:b", ValueError)],
)
def test_wrong_arguments(study_argument: Any, name: Any, error: type, study: Any) -> None:
    with pytest.raises(error):
        plot_architecture_map(study_argument or study(), name)


def test_a_kind_that_is_not_known_in_this_process_is_named(study: Any, pool: Any) -> None:
    elsewhere = {**pool[0].to_dict(), "kind": "made-elsewhere"}
    unknown = optuna.create_trial(value=1.0, user_attrs={"architecture:net": elsewhere})
    with pytest.warns(UserWarning, match="got 'made-elsewhere'. A kind of your own is known"):
        figure = plot_architecture_map(study(unknown), "net")
    assert n_points(figure) == 0


@all_figures
def test_layers_of_ones_own(plot: Any, study: Any, trial: Any) -> None:
    space = GraphSpace(
        kind="test-figures",
        operations=[Operation("mix"), Operation("<i>gate</i>")],
        task="regression",
        max_layers=8,
        max_units=64,
    )
    random = np.random.default_rng(0)
    trials = [
        trial(
            mutate(Candidate(space.initial_pool[0]), space, random).network,
            float(i),
            user_attrs={ORIGIN: {"edits": ["swap_layer"], "parent": max(0, i - 1)}},
        )
        for i in range(6)
    ]
    shown = plot(study(*trials), "net")
    assert n_points(shown) > 0
    assert "<i>" not in shown.to_json()


@all_figures
def test_without_plotly_the_error_says_what_to_install(
    plot: Callable[..., Any], study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "plotly"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ImportError, match="pip install plotly"):
        plot(study(), "net")


@pytest.mark.parametrize(("level", "told"), [("WARNING", True), ("ERROR", False)])
def test_warnings_follow_the_verbosity_of_optuna(
    level: str, told: bool, study: Any, logged: list[str]
) -> None:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(getattr(optuna.logging, level))
    plot_edits(study(), "net")
    optuna.logging.set_verbosity(before)
    assert (len(logged) == 1) == told


@all_figures
def test_names_of_values_are_no_tags(plot: Any, study: Any, trial: Any, pool: Any) -> None:
    origin = {ORIGIN: {"edits": ["swap_layer"], "parent": 0}}
    trials = [
        trial(network, float(index), user_attrs=origin) for index, network in enumerate(pool[:5])
    ]
    figure = plot(study(*trials), "net", target=lambda each: each.value, target_name="a<b>")
    assert "a&lt;b&gt;" in str(figure)
    assert "a<b>" not in str(figure)
